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
  /** The replies' rows. `handed` says that the reply may have been sent. */
  outbox: ('none' | 'waiting' | 'handed')[]
  /** Requests on their way to Facebook; `by` is null when the answer is awaited no more. */
  flying: { reply: number; left: number; by: Who | null }[]
  /** How many replies the visitor has got, in order. */
  got: number
  keepers: [Keeper, Keeper]
  /** How many more there may be. */
  faults: number
  wrong: string | null
}

/** A reply that was handed out, under which fence, and whether it may have been sent before. */
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

export const handOut = ({ hand, fence }: Keeper, reply: number, isDoubt = false): void =>
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

/** Every number is a digit. Two keepers that change places make no other state: what one may do, so may the other. */
export const keyOf = (state: State): string => {
  const keys = state.keepers.map(keyOfKeeper)
  const [a = '', b = ''] = keys
  if (a !== b) return keyAs(state, keys, a < b ? 'AB' : 'BA')
  const [one, other] = [keyAs(state, keys, 'AB'), keyAs(state, keys, 'BA')]
  return one < other ? one : other
}

/** The same, but for which keeper is which. */
export const keyWithNames = (state: State): string => keyAs(state, state.keepers.map(keyOfKeeper), 'AB')

const keyAs = (
  { page, finished, outbox, flying, got, faults, wrong }: State,
  [a, b]: string[],
  names: 'AB' | 'BA',
): string => {
  const nameOf = (who: Who | null): string => (who === null ? '-' : (names[who] ?? ''))
  const requests = flying.map(({ reply, left, by }) => `${reply}${left}${nameOf(by)}`).join()
  const keepers = names === 'AB' ? `${a} ${b}` : `${b} ${a}`
  return `${nameOf(page.owner)}${page.fence}${page.left}${finished}${got}${faults} ${outbox.join()} ${requests} ${keepers} ${wrong}`
}

const keyOfKeeper = (keeper: Keeper): string => {
  const { fence, held, renewedAgo, hasRead, hand, first, settle, queue, frozen, checked } = keeper
  const keyOfItem = (item: Item): string => `${item.reply}${item.fence}${item.isDoubt}`
  return `${fence}${held}${settle}${checked}${renewedAgo}${frozen}${hasRead}${first}${hand.map(keyOfItem).join()}/${queue.map(keyOfItem).join()}`
}

/** Only which fences are the same matters: small numbers make equal states equal. */
export const withSmallFences = (state: State): State => {
  const { page, keepers } = state
  const holders = [page, ...keepers, ...keepers.flatMap(({ hand, queue }) => [...hand, ...queue])]
  let used = 1
  for (const { fence } of holders) used |= 1 << fence
  for (const { checked } of keepers) used |= 1 << checked
  // None is left out.
  if ((used & (used + 1)) === 0) return state
  const toSmall = (fence: number): number => ones(used & ((1 << fence) - 1))
  for (const holder of holders) holder.fence = toSmall(holder.fence)
  for (const keeper of keepers) keeper.checked = toSmall(keeper.checked)
  return state
}

const ones = (bits: number): number => (bits === 0 ? 0 : 1 + ones(bits & (bits - 1)))
