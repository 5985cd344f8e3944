import { randomInt } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { createPasswordCheck, OPERATOR, type Admission } from '../web/password-check.ts'

/** The code that the terminal shows, and that lets in whoever can read it there. Good for one browser. */
export interface SetupCode {
  /** The one that is good now. */
  current: () => string
  /** Once it was right, another one takes its place. */
  redeem: (client: string, given: string) => Admission
}

/** Without those that look like others. */
const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz'
const GROUPS = 4
/** Four groups of five are 99 bits. */
const GROUP = 5

export const createSetupCode = ({ clock }: { clock: Pick<Clock, 'now'> }): SetupCode => {
  let code = makeCode()
  let check = createPasswordCheck({ password: plain(code), clock })
  return {
    current: () => code,
    redeem: (client, given) => {
      const admission = check.admit(client, { user: OPERATOR, password: plain(given) })
      if (admission.is === 'right') {
        code = makeCode()
        check = createPasswordCheck({ password: plain(code), clock })
      }
      return admission
    },
  }
}

const makeCode = (): string =>
  Array.from({ length: GROUPS }, () =>
    Array.from({ length: GROUP }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
  ).join('-')

/** As people type it. */
const plain = (code: string): string => code.toLowerCase().replaceAll(/[\s-]/g, '')
