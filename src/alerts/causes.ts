/** What a kind of trouble means for the Page, or for the bot as a whole. */
interface Cause {
  /** Whether replies wait because of it. */
  holdsReplies: boolean
  /** After the name of the Page: "Bakery cannot answer". */
  condition: string
  /** Said of Pages when it is over, where nothing else was. */
  over: (pages: string) => string
}

const HOLDS = {
  holdsReplies: true,
  condition: 'cannot answer',
  over: (pages: string) => `${pages} can answer`,
}
const webhooksCome = (pages: string): string => `webhooks come for ${pages}`

/** Why a person is needed. docs/operations.md has the cure of each. */
export const CAUSES = {
  token_missing: HOLDS,
  token_invalid: HOLDS,
  configuration: HOLDS,
  permission: HOLDS,
  restricted: HOLDS,
  /** The token works, and will end. */
  token_expires: {
    holdsReplies: false,
    condition: 'has a token that will end',
    over: (pages) => `the token of ${pages} never expires`,
  },
  /** Nothing comes from Facebook, though it should. */
  silent: { holdsReplies: false, condition: 'hears nothing from Facebook', over: webhooksCome },
  /** Facebook does not send the Page's webhooks, and the bot cannot make it. */
  unsubscribed: { holdsReplies: false, condition: 'may not hear its visitors', over: webhooksCome },
  /** Facebook does not take the Messenger profile that the script wants. */
  profile: {
    holdsReplies: false,
    condition: 'shows a profile that is out of date',
    over: (pages) => `the Messenger profile is up to date for ${pages}`,
  },
  /** The script was changed, and the new one is wrong. */
  script: {
    holdsReplies: false,
    condition: 'does not take the changed script',
    over: () => 'the script is right again',
  },
  /** Facebook refuses a reply of the script to every visitor. */
  reply_refused: {
    holdsReplies: false,
    condition: 'has a reply that Facebook refuses',
    over: (pages) => `Facebook takes the replies of ${pages}`,
  },
  /** Another program answers the bot. */
  loop: {
    holdsReplies: false,
    condition: 'talks with another bot',
    over: (pages) => `no other bot answers ${pages}`,
  },
} as const satisfies Record<string, Cause>

export type NeedCause = keyof typeof CAUSES

export const NEED_CAUSES = Object.keys(CAUSES) as NeedCause[]

/** Whether replies wait because of it. */
export const holdsReplies = (cause: NeedCause): boolean => CAUSES[cause].holdsReplies

/** What the trouble means for the Page, after its name. */
export const conditionOf = (cause: NeedCause): string => CAUSES[cause].condition
