import { randomInt } from 'node:crypto'
import { createComparison } from '../web/password-check.ts'

/** The code that the terminal shows, and that admits the person who can read the terminal. Valid for one browser. */
export interface SetupCode {
  /** The one that is good now. */
  current: () => string
  /** Whether it is the one. Once it was, another one takes its place. */
  redeem: (given: string) => boolean
}

/** Without those that look like others. */
const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz'
const GROUPS = 4
/** Four groups of five are 99 bits: they cannot be guessed, so wrong codes need not lock anything out. */
const GROUP = 5

export const createSetupCode = (): SetupCode => {
  let code = makeCode()
  return {
    current: () => code,
    redeem: (given) => {
      const isRight = createComparison(plain(code))(plain(given))
      if (isRight) code = makeCode()
      return isRight
    },
  }
}

const makeCode = (): string =>
  Array.from({ length: GROUPS }, () =>
    Array.from({ length: GROUP }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
  ).join('-')

/** As people type it. */
const plain = (code: string): string => code.toLowerCase().replaceAll(/[\s-]/g, '')
