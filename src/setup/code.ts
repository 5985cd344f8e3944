import { randomInt } from 'node:crypto'
import { createComparison } from '../web/password-check.ts'

/** The code that the terminal shows. It lets one browser in, that of the person who can read the terminal. */
export interface SetupCode {
  /** The code that is valid now. */
  current: () => string
  /** Whether `given` is the valid code. If it is, a new code replaces it. */
  redeem: (given: string) => boolean
}

/** Digits and letters without those that look alike. */
const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz'
const GROUPS = 4
/** Four groups of five characters are 99 bits, which cannot be guessed, so wrong codes need no lockout. */
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

/** The code without case, spaces and hyphens, because people type it. */
const plain = (code: string): string => code.toLowerCase().replaceAll(/[\s-]/g, '')
