import type { Clock } from '../../base/clock.ts'
import type { Needs } from '../../alerts/needs.ts'
import type { GraphError } from '../../graph/error.ts'
import type { PageRoom, Store } from '../../store/store.ts'
import type { PageTokens } from '../../token/page-tokens.ts'
import { createClosingNeeds, type Closing } from './closing.ts'
import { createGate, type Gate, type GateDeps } from './gate.ts'
import type { GateNotes } from './gate-notes.ts'
import { createRefusedMedia, type RefusedMedia } from './refused-media.ts'
import type { StuckRefusal } from './stuck.ts'

/**
 * Whether each Page may be sent for. A gate closes for all conversations when the token is dead, or Graph refuses the Page by an error
 * number of its own; replies then wait in the store. On weaker evidence it closes only for older replies: answers to visitors who write
 * now are tried, and failed ones keep their own back-off. Except for a dead token it half-opens after a while: a few conversations try,
 * and their outcome decides.
 */
export interface Gates {
  /** The token to send with; null while the gate is closed for all conversations. */
  tokenFor: (pageId: string) => string | null
  /** How many conversations of the Page may be sent for at the same time. */
  room: (pageId: string) => PageRoom
  /** The same for a Page that is not {@link Gates.narrowed}. */
  most: PageRoom
  /** Pages whose gate is not open. */
  narrowed: () => string[]
  /**
   * Graph refuses the Page. `atLeastMs` is the wait that Graph asked for.
   *
   * @param conversation - the refused one, where the refusal may be its visitor's own matter
   * @returns false if it is the visitor's own matter: the same conversation closed the gate before, and another one opened it
   */
  close: (pageId: string, why: Closing, atLeastMs?: number, conversation?: number) => boolean
  /** Graph refuses a conversation for a reason that may be its visitor's. */
  refused: (pageId: string, conversation: number, refusal: StuckRefusal) => void
  /** Notes a temporary failure of a call. When many conversations fail without a success between, the Page pauses. */
  failed: (pageId: string, conversation: number, error: GraphError) => void
  /** Notes a successful call for the Page in this conversation. If the call was a probe, the trouble is over. */
  succeeded: (pageId: string, conversation: number) => void
  /** The conversation has no reply left to try again. */
  settled: (pageId: string, conversation: number) => void
  media: Pick<RefusedMedia, 'refused' | 'taken'>
  /** Tries at once, because the operator or Facebook says that the trouble is over. */
  retry: (pageId: string) => void
  /** This process now sends for the Page. Nothing is sent before the note of its last keeper is read. */
  taken: (pageId: string) => void
  /** Another process sends for the Page: its state here is dropped, without settling a need. */
  lost: (pageId: string) => void
  start: () => void
  stop: () => void
}

export const createGates = (deps: {
  store: Pick<Store, 'pausePage' | 'hurryOutbox'>
  tokens: Pick<PageTokens, 'tokenFor' | 'status' | 'statuses' | 'onChange'>
  needs: Pick<Needs, 'raise' | 'settle'>
  notes: GateNotes
  clock: Clock
  random: () => number
  /** How many conversations of an open Page may be sent for at the same time. */
  perPage: number
  /** How many of them may be ones whose visitors have not just written. */
  backlog: number
}): Gates => {
  const { store, tokens, needs, notes, clock, random, perPage, backlog } = deps
  /** Pages with a state to remember; any other is open. */
  const gates = new Map<string, Gate>()
  /** Taken Pages whose last keeper's note is being read. */
  const recalling = new Map<string, object>()
  const most: PageRoom = { all: perPage, waiting: backlog, backlog }
  let stopListening = (): void => undefined

  const nameOf = (pageId: string): string | null => tokens.status(pageId).pageName
  const closingNeeds = createClosingNeeds(needs, nameOf)
  const shared: GateDeps = { store, tokens, needs, closingNeeds, nameOf, notes, clock, random }

  const gateOf = (pageId: string): Gate => {
    const known = gates.get(pageId)
    if (known !== undefined) return known
    const gate = createGate(pageId, {
      ...shared,
      mayShut: () => !recalling.has(pageId),
      onChange: () => apply(pageId),
      onOver: () => gates.delete(pageId),
    })
    gates.set(pageId, gate)
    return gate
  }

  const isShut = (pageId: string): boolean => recalling.has(pageId) || gates.get(pageId)?.isShut() === true

  const apply = (pageId: string): void => {
    store.pausePage(pageId, tokens.tokenFor(pageId) === null || isShut(pageId))
  }

  const media = createRefusedMedia({
    clock,
    raise: closingNeeds.raise,
    settle: (pageId, why) => {
      // Graph may refuse sends for the same reason.
      if (gates.get(pageId)?.why()?.cause !== why.cause) closingNeeds.settle(pageId, why)
    },
  })

  return {
    tokenFor: (pageId) => {
      const token = isShut(pageId) ? null : tokens.tokenFor(pageId)
      // A Page that never had a token has no status: its replies are met here first.
      if (token === null) apply(pageId)
      return token
    },

    most,
    narrowed: () => [...gates].flatMap(([pageId, gate]) => (gate.isOpen() ? [] : [pageId])),

    room: (pageId) => {
      if (tokens.tokenFor(pageId) === null || isShut(pageId)) return { all: 0, waiting: 0, backlog: 0 }
      return gates.get(pageId)?.room(most) ?? most
    },

    close: (pageId, why, atLeastMs, conversation) => gateOf(pageId).close(why, atLeastMs, conversation),
    refused: (pageId, conversation, refusal) => gateOf(pageId).refused(conversation, refusal),
    failed: (pageId, conversation, error) => gateOf(pageId).failed(conversation, error),

    succeeded: (pageId, conversation) => {
      // While the gate is closed for all conversations, only calls from before the closing end here, and prove nothing.
      if (!isShut(pageId)) gates.get(pageId)?.succeeded(conversation)
    },

    settled: (pageId, conversation) => gates.get(pageId)?.settled(conversation),

    media,

    retry: (pageId) => gates.get(pageId)?.retry(),

    taken: (pageId) => {
      const recall = {}
      recalling.set(pageId, recall)
      apply(pageId)
      void notes.recall(pageId).then((note) => {
        // The Page was lost during the read, and perhaps taken again.
        if (recalling.get(pageId) !== recall) return
        recalling.delete(pageId)
        if (note !== null) gateOf(pageId).closeAsNoted(note)
        apply(pageId)
      })
    },

    lost: (pageId) => {
      recalling.delete(pageId)
      gates.get(pageId)?.stop()
      gates.delete(pageId)
      media.forget(pageId)
    },

    start: () => {
      for (const { pageId } of tokens.statuses()) apply(pageId)
      stopListening = tokens.onChange(({ pageId }) => {
        const token = tokens.tokenFor(pageId)
        if (token !== null) gates.get(pageId)?.tokenIs(token)
        apply(pageId)
      })
    },

    stop: () => {
      stopListening()
      media.stop()
      for (const gate of gates.values()) gate.stop()
    },
  }
}
