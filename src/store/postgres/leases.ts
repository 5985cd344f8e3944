import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/logger.ts'
import type { RunningInstance, RunningInstances } from '../../base/running-instances.ts'
import { createTopics, type Duty, type Instances } from '../../base/duty.ts'
import { createInTurn } from '../../base/in-turn.ts'
import type { KeptPages } from '../queues/kept-pages.ts'
import { createBeating } from './beating.ts'
import { createLink, fromSecondOn } from './connection.ts'
import { createKeptLeases } from './kept-leases.ts'
import { beatQueries, goodbyeQueries, readBeat } from './lease-statements.ts'
import { CHANNEL, said, tellOf, type ChannelMessage } from './noticed-elsewhere.ts'
import { createParticipation } from './participation.ts'
import { NEWEST_VERSION, tooNew } from './schema.ts'
import { UNHEARD, type StoreReport } from '../report.ts'
import { waitForTurn, type Standby } from './whole-lease.ts'

/**
 * The Pages that this instance keeps, among all instances of the database. A lease is a row for each Page, with an end by the database's
 * clock; page 0 stands for the head. Taking a lease raises its fence, and from then on no transaction of an earlier tenure can commit
 * (`evergreen.hold_pages`).
 *
 * Facebook knows no fence: `maySend` of a `Tenure` uses a deadline that lies before the database's, on a clock that is never set. Each
 * tenure has its own deadline, so that replies claimed in an ended tenure stay unsent.
 */
export interface Leases extends Omit<KeptPages, 'tellEvent'> {
  duty: Duty
  instances: Instances
  running: RunningInstances
  /** Notifies other instances; resolves when they were notified, or could not be. */
  tell: (topic: string, ...data: string[]) => Promise<void>
  /** Starts taking Pages. */
  begin: () => void
  /** Takes no more Pages, and gives its own to other instances, if there are any, as soon as their sends in flight are done. */
  leave: () => Promise<void>
  /** Like {@link Leases.leave}, but for this long, or until there is no other instance; false where there is none now. */
  rest: (ms: number) => Promise<boolean>
  /** A fence refused a transaction: checks at once what happened to the leases. */
  doubted: () => void
  /** Calls the listener when another process may have written, and at every beat. */
  onLook: (listener: () => void) => void
  /** Lets others take its Pages at once. Call it when nothing is being sent any more. */
  close: () => Promise<void>
}

export interface LeaseTimes {
  leaseMs: number
  beatMs: number
}

/** With a shorter lease every failover of the database would end leases and leave replies in doubt. */
export const LEASE_TIMES: LeaseTimes = { leaseMs: 10_000, beatMs: 3000 }

/** How long this instance's deadline lies before the database's. */
const MARGIN_MS = 200

/**
 * Joins the instances of the database; waits while a process works on all of it alone, such as an instance of an older version.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE`
 */
export const openLeases = async (
  options: Standby & {
    clock: Clock
    log: Pick<Log, 'info' | 'warn'>
    /** Called when this instance must end. */
    onLost: (error: Error) => void
    times?: LeaseTimes
    report?: StoreReport | undefined
  },
): Promise<Leases> => {
  const { owner, clock, log, onLost, times = LEASE_TIMES, report = UNHEARD } = options
  const topics = createTopics()
  /** Pages that were asked for and may be missing in the database. */
  const unheard = new Set<string>()
  const asked = new Set<string>()
  let look = (): void => undefined
  let running: RunningInstance[] = []
  let marks: string | null = null
  /** Grows with each change that other instances have to read: this instance's presence, and its marks. */
  let news = 1
  let toldNews = 0

  const kept = createKeptLeases({ clock, log, report, onHome: () => beating.wake() })

  const hear = ([from, topic, ...data]: ChannelMessage): void => {
    if (from === owner) return
    if (topic === 'lease') return beating.wake()
    if (topic === 'events') return kept.eventsCame(Number(data[0]), data[1] ?? '')
    if (topic === 'told') return topics.tell(data[0] ?? '')
    look()
  }

  const ask = async (): Promise<void> => {
    const open = await link.ready()
    const askedMs = clock.elapsed()
    const pages = [...unheard]
    // Changes from here on are not in this round's database, and are reported after the next.
    const newsNow = news
    const beat = readBeat(
      await open.query(
        beatQueries({
          ...options,
          marks,
          leaseMs: times.leaseMs,
          takes: participation.takes(),
          isHead: kept.isHead(),
          isHeadLeaving: participation.givesHead(),
          pages,
          home: kept.home(),
        }),
      ),
    )
    if (beating.isOver()) return
    for (const page of pages) unheard.delete(page)
    participation.heard(beat.others)
    running = beat.instances
    const { version, oldest } = beat.tables
    if (!beat.isShared || oldest > NEWEST_VERSION) {
      kept.reconcile([], askedMs)
      beating.stop()
      return onLost(
        beat.isShared ? tooNew(version) : new Error('another process works on the whole database'),
      )
    }
    const hasChanged = kept.reconcile(beat.held, askedMs + times.leaseMs - MARGIN_MS, beat.taken)
    if (hasChanged || newsNow > toldNews) void tell('lease')
    toldNews = newsNow
    if (!participation.isLeaving()) kept.balance(beat.share)
  }

  const inTurn = createInTurn()
  /** One at a time, so that an older answer is not taken for a newer one. */
  const askInTurn = (): Promise<void> => inTurn(ask)

  const participation = createParticipation({ clock, ask: askInTurn, giveAway: kept.giveAway })

  const beating = createBeating({
    clock,
    log,
    beatMs: times.beatMs,
    ask: askInTurn,
    onAnswer: () => {
      // A notification may get lost, so everything is read again.
      look()
      kept.eventsCame(0, '*')
      topics.tellAll()
    },
  })

  const countOpening = fromSecondOn(() => report.reconnected('leases'))
  const link = createLink(options, async (opened) => {
    countOpening()
    void opened.closed.then(() => beating.wake())
    opened.onNotification((payload) => hear(said(payload)))
    await opened.query([{ text: `listen ${CHANNEL}` }])
  })

  const tell: Leases['tell'] = async (topic, ...data) => {
    if (!link.isOpen()) return
    await link
      .ready()
      .then((open) => open.query([tellOf(owner, topic, ...data)]))
      .catch(() => undefined)
  }

  await waitForTurn(link, options)
  beating.begin()

  return {
    duty: {
      keeps: (pageId) => {
        const keeps = kept.keeps(pageId)
        if (keeps !== null) return keeps
        if (!asked.has(pageId)) {
          asked.add(pageId)
          unheard.add(pageId)
          beating.wake()
        }
        return false
      },
      isHead: kept.isHead,
      onChange: kept.onChange,
    },
    instances: {
      tell: (topic) => {
        topics.tell(topic)
        void tell('told', topic)
      },
      onTold: topics.onTold,
    },
    running: {
      self: owner,
      list: () => running,
      mark: (given) => {
        const text = JSON.stringify(given)
        if (text === marks) return
        marks = text
        news += 1
        beating.wake()
      },
    },
    tenureOf: kept.tenureOf,
    lead: kept.lead,
    tell,
    begin: () => {
      participation.begin()
      beating.wake()
    },
    leave: participation.leave,
    rest: participation.rest,
    doubted: beating.wake,
    onLook: (listener) => {
      look = listener
    },
    close: async () => {
      await beating.end()
      kept.end()
      // If this fails, the leases run out by themselves.
      const open = await link.ready().catch(() => null)
      await open?.query(goodbyeQueries(owner)).catch(() => undefined)
      await link.close()
    },
  }
}
