import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/logger.ts'
import type { RunningInstance, RunningInstances } from '../../base/running-instances.ts'
import { createTopics, type Duty, type Instances } from '../../base/duty.ts'
import { createListeners } from '../../base/listeners.ts'
import { within } from '../../base/within.ts'
import type { KeptPages, PageQueues, Tenure } from '../queues/kept-pages.ts'
import { codeOf, createLink, fromSecondOn } from './connection.ts'
import { beatQueries, goodbyeQueries, readBeat, type Beat, type Held, HEAD } from './lease-statements.ts'
import { CHANNEL, said, tellOf, type Said } from './noticed-elsewhere.ts'
import { NEWEST_VERSION, tooNew } from './schema.ts'
import { UNHEARD, type StoreReport } from '../report.ts'
import { waitForTurn, type Standby } from './whole-lease.ts'
import { createInTurn } from '../../base/in-turn.ts'

/**
 * Which Pages this instance keeps, among all that share the database. A lease is a row for each Page, with an end by the
 * database's clock; page 0 stands for the head. Taking a lease raises its fence, and from then on no transaction of the tenure
 * before can be kept (`evergreen.hold_pages`).
 *
 * To Facebook there is no fence: {@link Tenure.maySend} goes by a deadline that lies before the database's, on a clock that is
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

interface Kept extends Tenure {
  pageId: string
  no: number
  /** By the monotonic clock; before the database's. */
  untilMs: number
  /** `home`: all that was handed out has come back, or was waited for long enough. */
  state: 'kept' | 'leaving' | 'home' | 'over'
  /** Why it is given away. */
  leaves: 'balanced' | 'stopped' | 'rested' | null
}

/** How long this instance's deadline lies before the database's. */
const MARGIN_MS = 200
const RECONNECT_MS = 250
const TELL_AGAIN_MS = 60_000
const NOTHING: { code: string | null; ms: number } = { code: '', ms: Number.NEGATIVE_INFINITY }
/** How long a Page that is given away waits for replies that are handed out. */
const PATIENCE_MS = 10_000

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
  const kept = new Map<string, Kept>()
  let head: Held | null = null
  const changes = createListeners()
  const topics = createTopics()
  /** Pages that were asked about and that the database may not know. */
  const unheard = new Set<string>()
  const asked = new Set<string>()
  let queues: PageQueues | null = null
  let look = (): void => undefined
  /** Whether the next beat is due at once. */
  let isDue = false
  let wake = (): void => void (isDue = true)
  let isBegun = false
  let isLeaving = false
  let isOver = false
  let others = 0
  let running: RunningInstance[] = []
  let marks: string | null = null
  /** Counts what the others have to look at their lists of instances for: that this one is there, and its marks. */
  let news = 1
  let toldNews = 0
  let restsUntilMs = Number.NEGATIVE_INFINITY
  const isResting = (): boolean => clock.elapsed() < restsUntilMs && others > 0

  const hear = ([from, topic, ...data]: Said): void => {
    if (from === owner) return
    if (topic === 'lease') return wake()
    if (topic === 'events') return eventsCame(Number(data[0]), data[1] ?? '')
    if (topic === 'told') return topics.tell(data[0] ?? '')
    look()
  }

  const eventsCame = (after: number, numbers: string): void => {
    const pages = new Set(numbers.split(','))
    if (numbers === '*' || [...kept.values()].some(({ no }) => pages.has(String(no)))) {
      queues?.eventsCame(Number.isSafeInteger(after) ? after : 0)
    }
  }

  const countOpening = fromSecondOn(() => report.reconnected('leases'))
  const link = createLink(options, async (opened) => {
    countOpening()
    void opened.closed.then(() => wake())
    opened.onNotification((payload) => hear(said(payload)))
    await opened.query([{ text: `listen ${CHANNEL}` }])
  })
  await waitForTurn(link, options)

  /** Ends early when something happens. */
  const pause = async (ms: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = clock.after(isDue ? 0 : ms, resolve)
    wake = resolve
    await promise
    cancel()
    isDue = false
    wake = () => void (isDue = true)
  }

  const lose = (one: Kept): void => {
    report.pageGone(one.state === 'home' && one.leaves !== null ? one.leaves : 'lapsed')
    one.state = 'over'
    kept.delete(one.pageId)
    queues?.lost(one.pageId)
  }

  const take = ({ no, pageId, fence }: Held, untilMs: number): void => {
    const one: Kept = {
      pageId,
      no,
      fence,
      takenMs: clock.elapsed(),
      untilMs,
      state: 'kept',
      leaves: null,
      maySend: () => one.state !== 'over' && clock.elapsed() < one.untilMs,
    }
    kept.set(pageId, one)
    queues?.taken(pageId)
  }

  /** Brings what is believed here to what the database says. @returns whether something was different */
  const reconcile = (held: readonly Held[], untilMs: number, why?: Beat['taken']): boolean => {
    const before = [...kept.values()]
    const pages = held.filter(({ no }) => no !== HEAD)
    const fences = new Map(pages.map(({ pageId, fence }) => [pageId, fence]))
    for (const one of before) {
      if (fences.get(one.pageId) === one.fence) one.untilMs = untilMs
      else lose(one)
    }
    const hasLost = kept.size < before.length
    const taken = pages.filter(({ pageId }) => !kept.has(pageId))
    // Told apart from the taking: another instance may have kept the same Page in between.
    if (hasLost && taken.length > 0) changes.tell()
    for (const one of taken) {
      take(one, untilMs)
      report.pageTaken(why?.get(one.no) ?? 'unknown')
    }
    const headNow = held.find(({ no }) => no === HEAD) ?? null
    const isNews = taken.length > 0 || hasLost || (head === null) !== (headNow === null)
    head = headNow
    if (!isNews) return false
    log.info({ pages: kept.size, isHead: head !== null }, 'the Pages that this instance keeps have changed')
    changes.tell()
    return true
  }

  const keptNow = (): Kept[] => [...kept.values()].filter(({ state }) => state === 'kept')

  /** Gives Pages away: nothing new is handed out, and the lease ends when all has come home. */
  const giveAway = async (pages: readonly Kept[], why: Kept['leaves']): Promise<void> => {
    if (pages.length === 0) return
    for (const one of pages) {
      one.state = 'leaving'
      one.leaves = why
    }
    changes.tell()
    await Promise.all(
      pages.map(async (one) => {
        await within(clock, PATIENCE_MS, queues?.leave(one.pageId) ?? Promise.resolve(), undefined)
        if (one.state === 'leaving') one.state = 'home'
        wake()
      }),
    )
  }

  /** One Page a beat, and only when the one before has gone. */
  const balance = (share: number): void => {
    const all = [...kept.values()]
    if (isLeaving || all.length <= share || all.some(({ state }) => state !== 'kept')) return
    const last = all.reduce((one, other) => (other.takenMs > one.takenMs ? other : one))
    void giveAway([last], 'balanced')
  }

  const askAndReconcile = async (): Promise<void> => {
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
          isHead: head !== null,
          isHeadLeaving: (isLeaving && others > 0) || isResting(),
          pages,
          home: [...kept.values()].filter(({ state }) => state === 'home'),
        }),
      ),
    )
    if (isOver) return
    for (const page of pages) unheard.delete(page)
    others = beat.others
    running = beat.instances
    const { version, oldest } = beat.tables
    if (!beat.isShared || oldest > NEWEST_VERSION) {
      reconcile([], askedMs)
      isOver = true
      return onLost(
        beat.isShared ? tooNew(version) : new Error('another process works on the whole database'),
      )
    }
    const hasChanged = reconcile(beat.held, askedMs + times.leaseMs - MARGIN_MS, beat.taken)
    if (hasChanged || newsNow > toldNews) void tell('lease')
    toldNews = newsNow
    balance(beat.share)
  }

  const inTurn = createInTurn()
  /** One after the other: an answer must not be taken for newer than it is. */
  const round = (): Promise<void> => inTurn(askAndReconcile)

  const beat = async (): Promise<void> => {
    let complaint = NOTHING
    while (!isOver) {
      try {
        await round()
        complaint = NOTHING
        // A notification may get lost: everything is looked at anew.
        look()
        queues?.eventsCame(0)
        topics.tellAll()
      } catch (error) {
        const [code, nowMs] = [codeOf(error), clock.elapsed()]
        if (!isOver && (complaint.code !== code || nowMs - complaint.ms >= TELL_AGAIN_MS)) {
          complaint = { code, ms: nowMs }
          log.warn({ code }, 'the leases could not be renewed; tried again until they are')
        }
        await clock.sleep(RECONNECT_MS).catch(() => undefined)
        continue
      }
      if (!isOver) await pause(times.beatMs)
    }
  }
  const beating = beat()

  const tell: Leases['tell'] = async (topic, ...data) => {
    if (!link.isOpen()) return
    await link
      .ready()
      .then((open) => open.query([tellOf(owner, topic, ...data)]))
      .catch(() => undefined)
  }

  return {
    duty: {
      keeps: (pageId) => {
        if (kept.has(pageId)) return kept.get(pageId)?.state === 'kept'
        if (!asked.has(pageId)) {
          asked.add(pageId)
          unheard.add(pageId)
          wake()
        }
        return false
      },
      isHead: () => head !== null,
      onChange: changes.add,
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
        wake()
      },
    },
    tenureOf: (pageId) => {
      const one = kept.get(pageId)
      return one?.state === 'kept' ? one : null
    },
    lead: (followers) => {
      queues = followers
    },
    tell,
    begin: () => {
      isBegun = true
      wake()
    },
    leave: async () => {
      isLeaving = true
      // Who is there now, rather than three seconds ago.
      await round().catch(() => undefined)
      if (others > 0) await giveAway(keptNow(), 'stopped')
      await round().catch(() => undefined)
    },
    rest: async (ms) => {
      // Who is there now, rather than three seconds ago.
      await round().catch(() => undefined)
      if (others === 0) return false
      restsUntilMs = clock.elapsed() + ms
      await giveAway(keptNow(), 'rested')
      await round().catch(() => undefined)
      return true
    },
    doubted: () => wake(),
    onLook: (listener) => {
      look = listener
    },
    close: async () => {
      isOver = true
      wake()
      await beating
      for (const one of kept.values()) one.state = 'over'
      // Without it the leases run out by themselves.
      const open = await link.ready().catch(() => null)
      await open?.query(goodbyeQueries(owner)).catch(() => undefined)
      await link.close()
    },
  }
}
