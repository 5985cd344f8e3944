import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { OPERATOR } from '../web/password-check.ts'
import {
  findPerson,
  hashOf,
  refusedChange,
  type Kept,
  type KeptInvitation,
  type KeptPeople,
} from './kept-people.ts'
import { isRole } from './roles.ts'

export type Invitation = Omit<KeptInvitation, 'codeHash'>

/** The invitations to the console: links that make a person, each once and for a week. */
export interface Invitations {
  invitations: () => Invitation[]
  /** @returns the code of the link, which is shown once. @throws BotError `BOT_REQUEST_INVALID` */
  invite: (wanted: { name: string; role: string }) => Promise<string>
  /** @returns false if there was none */
  withdraw: (name: string) => Promise<boolean>
  /** The invitation of a link; null if it is used, expired or withdrawn. */
  invited: (code: string) => Invitation | null
}

const INVITED_FOR_MS = 7 * 24 * 3_600_000
const NAME = /^[a-z][a-z0-9._-]{1,31}$/
const MOST_PEOPLE = 50
export const OVER = 'This invitation is used, withdrawn or over.'

export const createInvitations = ({
  kept,
  clock,
}: {
  kept: KeptPeople
  clock: Pick<Clock, 'now'>
}): Invitations & {
  /** Uses up the link of the code. @throws BotError for one that is used, over or withdrawn */
  use: (draft: Kept, code: string) => Invitation
} => {
  const isOpen = ({ untilMs }: Invitation): boolean => untilMs > clock.now()
  const open = ({ invitations }: Kept, code: string): KeptInvitation | undefined =>
    invitations.find((one) => one.codeHash === hashOf(code) && isOpen(one))

  return {
    invitations: () => kept.known().invitations.filter(isOpen),

    invite: async ({ name, role }) => {
      if (!NAME.test(name)) {
        throw refusedChange(
          'A name has 2 to 32 small letters, digits, dots and dashes, and begins with a letter.',
        )
      }
      if (!isRole(role)) throw refusedChange('There is no such role.')
      const code = randomBytes(24).toString('base64url')
      const untilMs = clock.now() + INVITED_FOR_MS
      await kept.change((draft) => {
        if (name === OPERATOR || findPerson(draft, name) !== undefined)
          throw refusedChange(
            'That name is taken. A person who has lost the password is removed first, and then invited again.',
          )
        const others = draft.invitations.filter((one) => one.name !== name && isOpen(one))
        if (draft.people.length + others.length >= MOST_PEOPLE)
          throw refusedChange(`More than ${MOST_PEOPLE} people.`)
        draft.invitations = [...others, { name, role, untilMs, codeHash: hashOf(code) }]
      })
      return code
    },

    withdraw: (name) =>
      kept.change((draft) => {
        const left = draft.invitations.filter((one) => one.name !== name)
        const isWithdrawn = left.length < draft.invitations.length
        draft.invitations = left
        return isWithdrawn
      }),

    invited: (code) => open(kept.known(), code) ?? null,

    use: (draft, code) => {
      const invitation = open(draft, code)
      if (invitation === undefined) throw refusedChange(OVER)
      draft.invitations = draft.invitations.filter((one) => one !== invitation)
      return invitation
    },
  }
}
