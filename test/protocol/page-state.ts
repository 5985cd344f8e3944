/** What the model of a Page (page-model.ts) is made of. */

/** For the database a lease lasts so many ticks. */
export const LEASE = 2
/** For its keeper it ends earlier. */
export const HELD = 1
/** So many ticks after the taking, or after a try, a reply that is not in the conversation has not gone out. */
export const SETTLE = 2
/** So long Facebook may be at work on a request: less than that. */
export const FLIGHT = 1

export const REPLIES = [0, 1, 2]
/** By event. */
export const REPLIES_OF = [[0, 1], [2]] as const

export type Who = 0 | 1

export interface State {
  /** The row of the Page. */
  page: { owner: Who | null; fence: number; left: number }
  /** How many of the two events are finished. */
  finished: number
  /** The replies' rows. `claimed` says that the reply may have been sent. */
  outbox: ('none' | 'waiting' | 'claimed')[]
  /** Requests on their way to Facebook; `by` is null when the answer is awaited no more. */
  flying: { reply: number; left: number; by: Who | null }[]
  /** How many replies the visitor has got, in order. */
  got: number
  keepers: [Keeper, Keeper]
  /** How many more there may be. */
  faults: number
  wrong: string | null
}

/** A claimed reply, under which fence, and whether it may have been sent before. */
export interface Item {
  reply: number
  fence: number
  isDoubt: boolean
}

export interface Keeper {
  /** The fence under which it keeps the Page; 0 when it does not. */
  fence: number
  /** For how long it may send. */
  held: number
  /** How many ticks ago it has asked for the renewal that was made, and whose answer is late; null for none. */
  renewedAgo: number | null
  /** Whether there are no replies in the rows but those in its hand, as far as it knows. */
  hasRead: boolean
  /** Replies that it is to send, in order, and what is happening to the first. */
  hand: Item[]
  first: 'idle' | 'queued' | 'sent' | 'answered'
  /** How long until a reply in doubt that is not found has not gone out. */
  settle: number
  /** Requests that wait for a connection: nothing takes them back. */
  queue: Item[]
  /** Frozen between the look and the write, for at most so many ticks more. */
  frozen: number | null
  /** With that trap: the fence that was found right, before the transaction that goes by it. */
  checked: number
}

export const idle = (): Keeper => ({
  fence: 0,
  held: 0,
  renewedAgo: null,
  hasRead: false,
  hand: [],
  first: 'idle',
  settle: 0,
  queue: [],
  frozen: null,
  checked: 0,
})

export const start = (faults: number): State => ({
  page: { owner: null, fence: 0, left: 0 },
  finished: 0,
  outbox: ['none', 'none', 'none'],
  flying: [],
  got: 0,
  keepers: [idle(), idle()],
  faults,
  wrong: null,
})

/** Whether nothing waits any more. */
export const isOver = ({ finished, outbox }: State): boolean =>
  finished === REPLIES_OF.length && outbox.every((row) => row === 'none')

/** Whether the database would carry out what this keeper asks. */
export const holds = ({ page, keepers }: State, who: Who): boolean =>
  page.owner === who && page.fence === keepers[who].fence

/** Whether it is about the first reply in its hand that this request was made. */
export const isFirst = ({ hand: [item], first }: Keeper, { reply, fence }: Item): boolean =>
  first === 'queued' && item?.reply === reply && item.fence === fence

/** The keeper forgets all of the Page; what waits for a connection stays there. */
export const letGo = (state: State, who: Who): void => {
  state.keepers[who] = { ...idle(), queue: state.keepers[who].queue }
  leaveFlying(state, who)
}

export const crash = (state: State, who: Who): void => {
  state.keepers[who] = idle()
  leaveFlying(state, who)
}

export const leaveFlying = ({ flying }: State, who: Who): void => {
  for (const request of flying) if (request.by === who) request.by = null
}

export const claimReply = ({ hand, fence }: Keeper, reply: number, isDoubt = false): void =>
  void hand.push({ reply, fence, isDoubt })

export const write = (state: State, who: Who): void => {
  const keeper = state.keepers[who]
  const request = keeper.queue.shift()
  if (request === undefined) return
  const isAwaited = isFirst(keeper, request)
  if (isAwaited) keeper.first = 'sent'
  state.flying.push({ reply: request.reply, left: FLIGHT, by: isAwaited ? who : null })
}

/** Field by field: a rest of an object takes twice as long, and this is most of what an exploration does. */
export const copyOf = ({
  page,
  finished,
  outbox,
  flying,
  got,
  keepers: [a, b],
  faults,
  wrong,
}: State): State => ({
  page: { owner: page.owner, fence: page.fence, left: page.left },
  finished,
  outbox: outbox.slice(),
  flying: flying.map(({ reply, left, by }) => ({ reply, left, by })),
  got,
  keepers: [copyOfKeeper(a), copyOfKeeper(b)],
  faults,
  wrong,
})

const copyOfKeeper = (keeper: Keeper): Keeper => ({
  fence: keeper.fence,
  held: keeper.held,
  renewedAgo: keeper.renewedAgo,
  hasRead: keeper.hasRead,
  hand: keeper.hand.map(copyOfItem),
  first: keeper.first,
  settle: keeper.settle,
  queue: keeper.queue.map(copyOfItem),
  frozen: keeper.frozen,
  checked: keeper.checked,
})

const copyOfItem = ({ reply, fence, isDoubt }: Item): Item => ({ reply, fence, isDoubt })

/**
 * Every number in bits of its own: a key of words takes three times as long to make and to look up, which is what an
 * exploration does most. Two keepers that change places make no other state: what one may do, so may the other.
 */
export const keyOf = (state: State): string => {
  const a = keyOfKeeper(state.keepers[0])
  const b = keyOfKeeper(state.keepers[1])
  if (a !== b) return a < b ? keyAs(state, a, b, AB) : keyAs(state, b, a, BA)
  const [one, other] = [keyAs(state, a, b, AB), keyAs(state, a, b, BA)]
  return one < other ? one : other
}

/** The same, but for which keeper is which. */
export const keyWithNames = (state: State): string =>
  keyAs(state, keyOfKeeper(state.keepers[0]), keyOfKeeper(state.keepers[1]), AB)

/** What stands for each keeper in a key; 0 stands for none of them. */
type Names = readonly [number, number]
const AB: Names = [1, 2]
const BA: Names = [2, 1]

const keyAs = (
  { page, finished, outbox, flying, got, faults, wrong }: State,
  first: string,
  second: string,
  names: Names,
): string => {
  const nameOf = (who: Who | null): number => (who === null ? 0 : names[who])
  let rows = 0
  for (const row of outbox) rows = (rows << 2) | ROWS[row]
  let key = String.fromCharCode(
    (nameOf(page.owner) << 8) | (page.fence << 4) | page.left,
    (finished << 12) | (got << 8) | (faults << 4) | flying.length,
    rows,
  )
  for (const { reply, left, by } of flying)
    key += String.fromCharCode((reply << 8) | ((left + 1) << 4) | nameOf(by))
  return `${key}${first}${second}${wrong ?? ''}`
}

const ROWS = { none: 0, waiting: 1, claimed: 2 } as const
const FIRSTS = { idle: 0, queued: 1, sent: 2, answered: 3 } as const

const keyOfKeeper = (keeper: Keeper): string => {
  const { fence, held, renewedAgo, hasRead, hand, first, settle, queue, frozen, checked } = keeper
  let key = String.fromCharCode(
    (fence << 12) | (checked << 8) | (held << 4) | settle,
    (orNone(renewedAgo) << 8) | (orNone(frozen) << 4) | (FIRSTS[first] << 1) | Number(hasRead),
    (hand.length << 8) | queue.length,
  )
  for (const item of hand) key += keyOfItem(item)
  for (const item of queue) key += keyOfItem(item)
  return key
}

const orNone = (ticks: number | null): number => (ticks === null ? 0 : ticks + 1)

const keyOfItem = ({ reply, fence, isDoubt }: Item): string =>
  String.fromCharCode((reply << 8) | (fence << 4) | Number(isDoubt))

/** Only which fences are the same matters: small numbers make equal states equal. */
export const withSmallFences = (state: State): State => {
  let used = 1 | (1 << state.page.fence)
  for (const { fence, checked, hand, queue } of state.keepers) {
    used |= (1 << fence) | (1 << checked)
    for (const item of hand) used |= 1 << item.fence
    for (const item of queue) used |= 1 << item.fence
  }
  // None is left out.
  if ((used & (used + 1)) === 0) return state
  const toSmall = (fence: number): number => ones(used & ((1 << fence) - 1))
  state.page.fence = toSmall(state.page.fence)
  for (const keeper of state.keepers) {
    keeper.fence = toSmall(keeper.fence)
    keeper.checked = toSmall(keeper.checked)
    for (const item of keeper.hand) item.fence = toSmall(item.fence)
    for (const item of keeper.queue) item.fence = toSmall(item.fence)
  }
  return state
}

const ones = (bits: number): number => (bits === 0 ? 0 : 1 + ones(bits & (bits - 1)))
