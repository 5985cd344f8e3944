import { BotError } from './errors.ts'
import { createInTurn } from './in-turn.ts'

/** Small texts that the store keeps by name. */
export interface Notes {
  /** The text kept under that name; null when there is none. */
  recall: (name: string) => Promise<string | null>
  /**
   * Keeps a text that several instances change; see {@link sharedNote}.
   *
   * @param was - the text that the writer has read; null for none
   * @returns whether it still was that one, and the new one is kept
   */
  rememberIf: (name: string, text: string, was: string | null) => Promise<boolean>
}

/** A note that several instances change. */
export interface SharedNote {
  /** Null where there is none. */
  read: () => Promise<string | null>
  /**
   * Where another instance was faster, the note is read again and the change made anew on what that one has left: no change is
   * lost, and a rule is asked about what is true.
   *
   * @param change - may be called several times, so it changes nothing but what it returns; what it throws is thrown
   * @throws BotError `BOT_STORE_UNAVAILABLE`
   */
  change: <Result>(change: (text: string | null) => Change<Result>) => Promise<Result>
}

/** What a change makes of the text. */
export interface Change<Result> {
  /** Null leaves the text as it is. */
  becomes: string | null
  result: Result
}

/** Each failed try means that another instance has written. */
const MOST_TRIES = 20

export const sharedNote = (notes: Notes, name: string): SharedNote => {
  // Changes of one instance do not stand in each other's way.
  const inTurn = createInTurn()

  const carryOut = async <Result>(change: (text: string | null) => Change<Result>): Promise<Result> => {
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const text = await notes.recall(name)
      const { becomes, result } = change(text)
      if (becomes === null || (await notes.rememberIf(name, becomes, text))) return result
    }
    throw new BotError('BOT_STORE_UNAVAILABLE', `other instances change "${name}" all the time`, {
      retryable: true,
      remedy: 'Try again.',
    })
  }

  return {
    read: () => notes.recall(name),
    change: (change) => inTurn(() => carryOut(change)),
  }
}
