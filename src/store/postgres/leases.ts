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
import { NEWEST_VERSION, tooNew } from './schema.ts'
import { UNHEARD, type StoreReport } from '../report.ts'
import { waitForTurn, type Standby } from './whole-lease.ts'

/**
 * Which Pages this instance keeps, among all that share the database. A lease is a row for each Page, with an end by the
 * database's clock; page 0 stands for the head. Taking a lease raises its fence, and from then on no transaction of the tenure
 * before can be kept (`evergreen.hold_pages`).
 *
 * To Facebook there is no fence: `maySend` of a `Tenure` goes by a deadline that lies before the database's, on a clock that is
 * never set. Each tenure has a deadline of its own, so that what was handed out in one that is over stays unsaid.
 */
export interface Leases extends Omit<KeptPages, 'tellEvent'> {
  duty: Duty
  instances: Instances
  running: RunningInstances
  /** Tells other instances; resolves when they were told, or could not be. */
  tell: (topic: string, ...data: string[]) => Promise<void>
  /** Begins to take Pages. */
  begin: () => void
  /** Takes no more, and gives those it has to other instances, if there are any, as soon as what is sent for them has come home. */
  leave: () => Promise<void>
  /** As {@link Leases.leave}, but for so long, or until there is no other instance; false where there is none now. */
  rest: (ms: number) => Promise<boolean>
  /** A transaction was refused by a fence: looks at once what became of the leases. */
  doubted: () => void
  /** Calls the listener when another process may have written, and at every beat. */
  onLook: (listener: () => void) => void
  /** Lets others take what it has at once. Call it when nothing is sent any more. */
  close: () => Promise<void>
}

export interface LeaseTimes {
  leaseMs: number
  beatMs: number
}

/** A shorter lease would make a lapse, and replies in doubt, of every failover of the database. */
export const LEASE_TIMES: LeaseTimes = { leaseMs: 10_000, beatMs: 3000 }

/** How long this instance's deadline lies before the database's. */
const MARGIN_MS = 200

/**
 * Joins the instances of the database; waits while something works on all of it alone, such as an instance of an older version.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE`
 */
export const openLeases = async (
  options: Standby & {
    clock: Clock
    log: Pick<Log, 'info' | 'warn'>
    /** This instance must end. */
    onLost: (error: Error) => void
    times?: LeaseTimes
    report?: StoreReport | undefined
  },
): Promise<Leases> => {
  const { owner, clock, log, onLost, times = LEASE_TIMES, report = UNHEARD } = options
  const topics = createTopics()
  /** Pages that were asked about and that the database may not know. */
  const unheard = new Set<string>()
  const asked = new Set<string>()
  let look = (): void => undefined
  let isBegun = false
  let isLeaving = false
  let others = 0
  let running: RunningInstance[] = []
  let marks: string | null = null
  /** Counts what the others have to look at their lists of instances for: that this one is there, and its marks. */
  let news = 1
  let toldNews = 0
  let restsUntilMs = Number.NEGATIVE_INFINITY
  const isResting = (): boolean => clock.elapsed() < restsUntilMs && others > 0

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
    // What is new from here on is not in the database before the next round, and told then.
    const newsNow = news
    const beat = readBeat(
      await open.query(
        beatQueries({
          ...options,
          marks,
          leaseMs: times.leaseMs,
          takes: isBegun && !isLeaving && !isResting(),
          isHead: kept.isHead(),
          isHeadLeaving: (isLeaving && others > 0) || isResting(),
          pages,
          home: kept.home(),
        }),
      ),
    )
    if (beating.isOver()) return
    for (const page of pages) unheard.delete(page)
    others = beat.others
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
    if (!isLeaving) kept.balance(beat.share)
  }

  const inTurn = createInTurn()
  /** One after the other: an answer must not be taken for newer than it is. */
  const askInTurn = (): Promise<void> => inTurn(ask)

  const beating = createBeating({
    clock,
    log,
    beatMs: times.beatMs,
    ask: askInTurn,
    onAnswer: () => {
      // A notification may get lost: everything is looked at anew.
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
      isBegun = true
      beating.wake()
    },
    leave: async () => {
      isLeaving = true
      // Who is there now, rather than three seconds ago.
      await askInTurn().catch(() => undefined)
      if (others > 0) await kept.giveAway('stopped')
      await askInTurn().catch(() => undefined)
    },
    rest: async (ms) => {
      // Who is there now, rather than three seconds ago.
      await askInTurn().catch(() => undefined)
      if (others === 0) return false
      restsUntilMs = clock.elapsed() + ms
      await kept.giveAway('rested')
      await askInTurn().catch(() => undefined)
      return true
    },
    doubted: beating.wake,
    onLook: (listener) => {
      look = listener
    },
    close: async () => {
      await beating.end()
      kept.end()
      // Without it the leases run out by themselves.
      const open = await link.ready().catch(() => null)
      await open?.query(goodbyeQueries(owner)).catch(() => undefined)
      await link.close()
    },
  }
}
