import { BotError } from './errors.ts'
import { createInTurn } from './in-turn.ts'

/** Small texts that the store keeps by name, called notes. */
export interface Notes {
  /** The text of that name; null when there is none. */
  recall: (name: string) => Promise<string | null>
  /**
   * Stores a text that several instances change; see {@link sharedNote}.
   *
   * @param was - the text that the caller has read; null for none
   * @returns true if the stored text was still `was` and is now `text`
   */
  rememberIf: (name: string, text: string, was: string | null) => Promise<boolean>
}

/** A note that several instances change. */
export interface SharedNote {
  /** The text; null when there is none. */
  read: () => Promise<string | null>
  /**
   * Reads the text, calls `change`, and stores the result. If another instance has written meanwhile, it reads again and calls
   * `change` with the new text, so that no change is lost.
   *
   * @param change - may be called several times, so it must have no side effects; its errors are thrown
   * @throws BotError `BOT_STORE_UNAVAILABLE`
   */
  change: <Result>(change: (text: string | null) => Change<Result>) => Promise<Result>
}

/** The result of a change. */
export interface Change<Result> {
  /** The new text; null leaves the stored one unchanged. */
  becomes: string | null
  result: Result
}

/** Each failed try means that another instance has written in the meantime. */
const MOST_TRIES = 20

export const sharedNote = (notes: Notes, name: string): SharedNote => {
  // Changes of this instance run one after the other, so they never make each other's tries fail.
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
