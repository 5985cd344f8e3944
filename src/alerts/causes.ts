/** The texts and rules that all needs of a cause share. The part that raises a need adds the sentence about the trouble, and the cure. */
interface CauseOfNeed {
  /** The consequence for the Page, to be read after the Page's name. */
  condition: string
  level: Exclude<Level, 'well'>
  /**
   * The effect on replies. `held`: they wait until the need is mended; `counted`: a notice says so even when none wait; `apart`: a notice
   * says nothing of them.
   */
  replies: 'held' | 'counted' | 'apart'
  /** The notice when it is mended. */
  mended: (pages: string) => string
}

/** Severity. With `look` the bot still answers visitors. */
export type Level = 'well' | 'look' | 'needed'

const canAnswer = (pages: string): string => `${pages} can answer`
const webhooksCome = (pages: string): string => `webhooks come for ${pages}`
const isSettled = (pages: string): string => `the matters to look at are settled for ${pages}`

const silences = { condition: 'cannot answer', level: 'needed', replies: 'held', mended: canAnswer } as const
const unheard = { level: 'needed', replies: 'counted', mended: webhooksCome } as const
const toBeSeen = { level: 'look', replies: 'apart', mended: isSettled } as const

const CAUSES = {
  token_missing: silences,
  token_invalid: silences,
  configuration: silences,
  permission: silences,
  restricted: silences,
  /** Facebook refuses to send to some visitors, for a reason that may be the Page's. */
  some_visitors: { ...silences, condition: 'cannot answer some of its visitors' },
  /** Facebook has taken no message of a Page for long, and its errors say no more than in an outage. */
  outage: { ...silences, condition: 'has been unable to send for a long time' },
  /** The token works, and will end. */
  token_expires: {
    condition: 'has a token that will end',
    level: 'needed',
    replies: 'counted',
    mended: (pages) => `the token of ${pages} never expires`,
  },
  /** The token file cannot be read; the bot goes on with the tokens in memory. */
  token_file: {
    condition: 'cannot read its token file',
    level: 'needed',
    replies: 'apart',
    mended: () => 'the token file can be read',
  },
  /** No webhooks come from Facebook, although they should. */
  silent: { ...unheard, condition: 'hears nothing from Facebook' },
  /** Facebook does not send the Page's webhooks, and the bot cannot make it. */
  unsubscribed: { ...unheard, condition: 'may not hear its visitors' },
  /** All visitors of the Page write in standby, where the bot may not answer. */
  standby: {
    condition: 'may not answer its visitors',
    level: 'needed',
    replies: 'counted',
    mended: (pages) => `the visitors of ${pages} write to the bot`,
  },
  /** Facebook does not take the Messenger profile that the script wants. */
  profile: {
    condition: 'shows a profile that is out of date',
    level: 'look',
    replies: 'counted',
    mended: (pages) => `the Messenger profile is up to date for ${pages}`,
  },
  /** Facebook sends no webhooks of the app at all. */
  webhook: { ...unheard, condition: 'hears nothing from Facebook' },
  /** The script in use is not the one in the file, which has a mistake. */
  script: { ...toBeSeen, condition: 'speaks by an older version of the script' },
  /** Facebook did not accept replies, which are dead letters now. */
  refused: { ...toBeSeen, condition: 'has replies that Facebook refused' },
  /** Visitors have asked for a person, and none has written. */
  person: { ...toBeSeen, condition: 'has visitors who wait for a person' },
  /** Another program answers the bot. */
  loop: { ...toBeSeen, condition: 'talks with another bot' },
  /** Instances on one database have other settings, another version or another script. */
  instances: { ...toBeSeen, condition: 'runs on instances that differ' },
} as const satisfies Record<string, CauseOfNeed>

/** Why a person is needed. docs/operations.md has the cure of each. */
export type NeedCause = keyof typeof CAUSES

export const NEED_CAUSES = Object.keys(CAUSES) as NeedCause[]

/** The texts of a cause. Another version of the bot on the same database may raise unknown causes: they count as the worst. */
export const causeOf = (cause: string): CauseOfNeed =>
  (CAUSES as Record<string, CauseOfNeed>)[cause] ?? silences

/** Whether replies wait because of this cause. True for a finding that is no need. */
export const holdsReplies = (cause: string): boolean => causeOf(cause).replies === 'held'
