import type { Model, Step } from './explore.ts'
import {
  copyOf,
  crash,
  FLIGHT,
  claimReply,
  HELD,
  holds,
  idle,
  isFirst,
  isOver,
  keyOf,
  LEASE,
  leaveFlying,
  letGo,
  REPLIES,
  REPLIES_OF,
  SETTLE,
  start,
  withSmallFences,
  write,
  type Item,
  type Keeper,
  type State,
  type Who,
} from './page-state.ts'

export interface Options {
  /** How many faults may happen: a crash, a freeze between look and write, a lost answer of the database or of the Send API. */
  faults: number
  /** What is done wrongly. */
  trap?: Trap
  /** What the guarantee leaves out. */
  gap?: Gap
}

/** Each lost, doubled or reordered replies in a prototype before it was understood. */
export const TRAPS = [
  'clock looked at before the call',
  'one deadline for an instance',
  'lost answer of a commit',
  'fence read without a lock',
  'renewing with skip locked',
  'won again is no taking',
  'held back and not released',
  'events before doubts',
  'settled since the start',
  'deadline from the answer on',
] as const
export type Trap = (typeof TRAPS)[number]
export type Gap = 'frozen for longer' | 'unreadable'

/**
 * How two keepers share one Page (docs/protocol.md): two events are in the inbox, of which the first has two replies and the
 * second one, all in one conversation. Time passes in ticks, and a process may be as slow as it likes: between any two of its
 * steps anything else may happen. Only the look at the clock and the write behind it are one step, as they are in one turn.
 * A transaction is one step. Its answer may get lost, whether it was carried out or not.
 */
export const pageModel = ({ faults, trap, gap }: Options): Model<State> => ({
  first: start(faults),
  keyOf,
  isDone: isOver,
  wrong: (state) => {
    if (state.wrong !== null) return state.wrong
    return isOver(state) && state.flying.length === 0 && state.got < REPLIES.length ? 'a reply is lost' : null
  },
  steps: (state) => {
    const steps: Step<State>[] = []
    const add = (name: string, isCalm: boolean, change: (next: State) => void): void => {
      const to = copyOf(state)
      change(to)
      steps.push({ name, isCalm, to: settle(to, trap) })
    }
    addTime(state, gap, add)
    for (const at of state.flying.keys()) addFlight(state, at, add)
    for (const who of [0, 1] as const) addKeeper(partOf(state, who, add), trap, gap)
    return steps
  },
})

type Add = (name: string, isCalm: boolean, change: (next: State) => void) => void

/** What one keeper may do next. */
interface Part {
  state: State
  who: Who
  keeper: Keeper
  /** A step of its own; `mine` is the keeper after it. */
  step: (name: string, change: (mine: Keeper, next: State) => unknown, isCalm?: boolean) => void
  fault: (name: string, change: (mine: Keeper, next: State) => unknown) => void
}

const partOf = (state: State, who: Who, add: Add): Part => {
  const step: Part['step'] = (name, change, isCalm = true) =>
    add(`${'AB'[who]} ${name}`, isCalm, (next) => change(next.keepers[who], next))
  const fault: Part['fault'] = (name, change) => {
    if (state.faults === 0) return
    const counted = (mine: Keeper, next: State): void => {
      next.faults -= 1
      change(mine, next)
    }
    step(name, counted, false)
  }
  return { state, who, keeper: state.keepers[who], step, fault }
}

const addTime = ({ page, flying, keepers }: State, gap: Gap | undefined, add: Add): void => {
  if (flying.some(({ left }) => left === 0)) return
  if (gap !== 'frozen for longer' && keepers.some(({ frozen }) => frozen === 0)) return
  const owner = page.owner === null ? null : keepers[page.owner]
  const lapses = page.left === 1 && owner?.fence === page.fence && owner.frozen === null
  // A keeper that lives renews in time.
  add('time passes', !lapses, (next) => {
    next.page.left = lower(next.page.left)
    for (const request of next.flying) request.left -= 1
    for (const keeper of next.keepers) {
      keeper.held = lower(keeper.held)
      keeper.settle = lower(keeper.settle)
      if (keeper.frozen !== null) keeper.frozen = lower(keeper.frozen)
      if (keeper.renewedAgo !== null) keeper.renewedAgo = Math.min(keeper.renewedAgo + 1, HELD)
    }
  })
}

const lower = (ticks: number): number => Math.max(ticks - 1, 0)

const addFlight = ({ flying, got }: State, at: number, add: Add): void => {
  const { reply, by } = flying[at] ?? { reply: 0, by: null }
  const name = `reply ${reply + 1}`
  add(`${name} arrives`, true, (next) => {
    next.flying.splice(at, 1)
    if (reply < got) next.wrong = `${name} is sent twice`
    else if (reply > got) next.wrong = `${name} is out of order`
    else next.got += 1
    if (by !== null) next.keepers[by].first = 'answered'
  })
  if (by === null) add(`${name} never arrives`, true, (next) => void next.flying.splice(at, 1))
}

const addKeeper = (part: Part, trap: Trap | undefined, gap: Gap | undefined): void => {
  const { who, keeper, step, fault } = part
  if (keeper.frozen !== null) {
    return step('goes on and writes', (mine, next) => {
      mine.frozen = null
      write(next, who)
    })
  }
  addTaking(part, trap)
  if (keeper.fence > 0) {
    addLease(part, trap)
    addReading(part, trap)
    addFinish(part, trap)
    addDoubt(part, trap, gap)
    addAnswer(part, trap)
  }
  addWrite(part, trap)
  fault('crashes', (_mine, next) => crash(next, who))
}

interface Transaction {
  /** Whether it asks first whether the Page's row has the keeper's fence. */
  isFenced?: boolean
  /** What the keeper does before. */
  before?: (mine: Keeper) => unknown
  /** What happens to the rows. */
  rows?: (next: State) => unknown
  /** What the keeper does when it hears that it was carried out. */
  heard?: (mine: Keeper, next: State) => unknown
}

const transact = (
  { state, who, step, fault }: Part,
  trap: Trap | undefined,
  name: string,
  { isFenced = true, before, rows, heard }: Transaction,
): void => {
  // What became of it is not known: everything that waits is read again.
  const hearNothing = (mine: Keeper): void => {
    if (trap !== 'lost answer of a commit') mine.hasRead = false
  }
  fault(`${name}, without the database`, (mine) => {
    before?.(mine)
    hearNothing(mine)
  })
  if (isFenced && !holds(state, who)) return step(`${name}: refused`, (_mine, next) => letGo(next, who))
  step(name, (mine, next) => {
    before?.(mine)
    rows?.(next)
    heard?.(mine, next)
  })
  fault(`${name}, and the answer gets lost`, (mine, next) => {
    before?.(mine)
    rows?.(next)
    hearNothing(mine)
  })
}

const addTaking = (part: Part, trap: Trap | undefined): void => {
  if (part.state.page.left > 0) return
  const { who } = part
  transact(part, trap, 'takes the Page', {
    isFenced: false,
    rows: ({ page }) => Object.assign(page, { owner: who, fence: page.fence + 1, left: LEASE }),
    heard: (mine, next) => {
      const { fence } = next.page
      if (trap === 'won again is no taking' && mine.fence > 0) {
        Object.assign(mine, { fence, held: HELD, renewedAgo: null })
        for (const item of [...mine.hand, ...mine.queue]) item.fence = fence
        return
      }
      leaveFlying(next, who)
      const settle = trap === 'settled since the start' ? 0 : SETTLE
      next.keepers[who] = { ...idle(), queue: mine.queue, fence, held: HELD, settle }
    },
  })
}

/** Renewing, and giving back. */
const addLease = (part: Part, trap: Trap | undefined): void => {
  const { state, who, keeper, step, fault } = part
  // A lease that has lapsed is taken, not renewed.
  const isOwn = holds(state, who) && state.page.left > 0
  const prolong = ({ page }: State): void => void (page.left = LEASE)
  if (keeper.renewedAgo === null && isOwn) {
    transact(part, trap, 'renews', { rows: prolong, heard: (mine) => (mine.held = HELD) })
    fault('renews, and the answer is late', (mine, next) => {
      prolong(next)
      mine.renewedAgo = 0
    })
    if (trap === 'renewing with skip locked' && state.finished < REPLIES_OF.length) {
      step('renews while it finishes an event', (_mine, next) => {
        letGo(next, who)
        next.wrong = 'a keeper lets go of a Page that is its own'
      })
    }
  } else if (keeper.renewedAgo !== null) {
    const held = trap === 'deadline from the answer on' ? HELD : HELD - keeper.renewedAgo
    step('hears that its lease is renewed', (mine) =>
      Object.assign(mine, { renewedAgo: null, held: Math.max(mine.held, held) }),
    )
  } else step('hears that its lease is over', (_mine, next) => letGo(next, who))
  if (keeper.first !== 'idle') return
  const giveBack = (_mine: Keeper, next: State): void => {
    if (isOwn) Object.assign(next.page, { owner: null, left: 0 })
    letGo(next, who)
  }
  step('gives the Page back', giveBack, false)
}

/** Everything that is in the rows, in order. What was claimed already may have been sent. */
const addReading = (part: Part, trap: Trap | undefined): void => {
  const { state, keeper } = part
  if (keeper.hasRead || keeper.hand.length > 0) return
  const there = REPLIES.filter((reply) => state.outbox[reply] !== 'none')
  transact(part, trap, 'reads what waits', {
    rows: (next) => there.forEach((reply) => (next.outbox[reply] = 'claimed')),
    heard: (mine) => {
      mine.hasRead = true
      for (const reply of there) claimReply(mine, reply, state.outbox[reply] === 'claimed')
    },
  })
}

const addFinish = (part: Part, trap: Trap | undefined): void => {
  const { state, keeper, step } = part
  const replies = REPLIES_OF[state.finished]
  if (replies === undefined) return
  // No reply overtakes others in the rows.
  const isClaimed = keeper.hasRead || trap === 'events before doubts'
  const rows = (next: State): void => {
    next.finished += 1
    for (const reply of replies) next.outbox[reply] = isClaimed ? 'claimed' : 'waiting'
  }
  const heard = (mine: Keeper): void => {
    if (isClaimed) for (const reply of replies) claimReply(mine, reply)
  }
  if (trap !== 'fence read without a lock') return transact(part, trap, 'finishes an event', { rows, heard })
  if (keeper.checked === 0) {
    return transact(part, trap, 'reads its fence', { heard: (mine) => (mine.checked = keeper.fence) })
  }
  step('finishes an event', (mine, next) => {
    rows(next)
    heard(mine)
    mine.checked = 0
  })
}

const addDoubt = (part: Part, trap: Trap | undefined, gap: Gap | undefined): void => {
  const { state, keeper } = part
  const [item] = keeper.hand
  if (item?.isDoubt !== true) return
  const { reply } = item
  const name = `reply ${reply + 1} in the conversation`
  const heard = (mine: Keeper): void => {
    mine.hand[0] = { ...item, isDoubt: false }
  }
  if (reply < state.got) {
    transact(part, trap, `finds ${name}`, {
      rows: (next) => (next.outbox[reply] = 'none'),
      heard: (mine) => mine.hand.shift(),
    })
  } else if (keeper.settle === 0) part.step(`does not find ${name}`, heard)
  if (gap === 'unreadable' && keeper.settle === 0) part.step(`cannot look for ${name}`, heard)
}

/** What becomes of a reply that was sent. */
const addAnswer = (part: Part, trap: Trap | undefined): void => {
  const { who, keeper, fault } = part
  const [item] = keeper.hand
  if (item === undefined) return
  const { reply } = item
  if (keeper.first === 'sent') {
    fault(`gets no answer about reply ${reply + 1}`, (mine, next) => {
      leaveFlying(next, who)
      mine.hand[0] = { ...item, isDoubt: true }
      Object.assign(mine, { first: 'idle', settle: SETTLE })
    })
  } else if (keeper.first === 'answered') {
    transact(part, trap, `marks reply ${reply + 1} as sent`, {
      // It is true, whichever keeps the Page by now.
      isFenced: false,
      rows: (next) => (next.outbox[reply] = 'none'),
      heard: (mine) => {
        mine.hand.shift()
        mine.first = 'idle'
      },
    })
  }
}

const maySend = ({ fence, held }: Keeper, item: Item, trap: Trap | undefined): boolean =>
  held > 0 && (item.fence === fence || trap === 'one deadline for an instance')

/** What a keeper does by itself, at once: the first reply in its hand waits for a connection. */
const settle = (state: State, trap: Trap | undefined): State => {
  for (const keeper of state.keepers) {
    const [item] = keeper.hand
    if (item === undefined || item.isDoubt || keeper.first !== 'idle') continue
    if (trap === 'clock looked at before the call' && !maySend(keeper, item, trap)) continue
    keeper.queue.push({ ...item })
    keeper.first = 'queued'
  }
  if (trap === undefined || !QUEUED.has(trap)) dropRequests(state)
  if (trap === undefined || !LATE.has(trap)) dropWhatIsOver(state)
  return withSmallFences(state)
}

/** With these a request that was queued in an earlier tenure is written. */
const QUEUED: ReadonlySet<Trap> = new Set(['clock looked at before the call', 'one deadline for an instance'])
/** With these a keeper says something after its lease. */
const LATE: ReadonlySet<Trap> = new Set([...QUEUED, 'won again is no taking', 'deadline from the answer on'])

/** Makes states equal that differ in nothing that matters: a request of an earlier tenure is held back whenever it is its turn. */
const dropRequests = ({ keepers }: State): void => {
  for (const keeper of keepers)
    if (keeper.frozen === null) keeper.queue = keeper.queue.filter((request) => isFirst(keeper, request))
}

/** So does this: a keeper whose lease is over, and the Page another's, sends nothing more, and hears of it at each operation. */
const dropWhatIsOver = (state: State): void => {
  for (const who of [0, 1] as const) {
    const keeper = state.keepers[who]
    if (keeper.frozen !== null || keeper.renewedAgo !== null) continue
    if (keeper.held > 0 || keeper.fence === 0 || holds(state, who)) continue
    const { fence, first, checked } = keeper
    const isUnderWay = first === 'sent' || first === 'answered'
    state.keepers[who] = {
      ...idle(),
      fence,
      checked,
      ...(isUnderWay && { first, hand: keeper.hand.slice(0, 1) }),
    }
  }
}

const addWrite = (part: Part, trap: Trap | undefined): void => {
  const { who, keeper, step, fault } = part
  const [request] = keeper.queue
  if (request === undefined) return
  const name = `reply ${request.reply + 1}`
  if (trap === 'clock looked at before the call' || maySend(keeper, request, trap)) {
    step(`writes ${name}`, (_mine, next) => write(next, who))
    return fault(`looks at the clock for ${name}, and is frozen`, (mine) => {
      mine.frozen = mine.held + SETTLE - FLIGHT
    })
  }
  if (!isFirst(keeper, request)) return step(`holds ${name} back`, (mine) => mine.queue.shift())
  const drop = (mine: Keeper): void => {
    mine.queue.shift()
    Object.assign(mine, { hand: [], first: 'idle' })
    if (trap !== 'held back and not released') mine.hasRead = false
  }
  if (trap === 'held back and not released') return step(`holds ${name} back, and forgets it`, drop)
  transact(part, trap, `holds ${name} back`, {
    before: drop,
    rows: (next) => {
      for (const { reply, isDoubt } of keeper.hand) if (!isDoubt) next.outbox[reply] = 'waiting'
    },
  })
}
