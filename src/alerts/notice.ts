import { duration, utc } from '../base/times.ts'
import { holdsReplies, WHOLE_BOT, type Need, type NeedCause, type OpenNeed } from './needs.ts'

/** What the operator is told, once, by every way that is set up. */
export interface Notice {
  kind: 'needed' | 'reminder' | 'well' | 'trial'
  /** `needed`, `reminder`: everything open now, oldest first. `well`: everything mended since the first notice. */
  needs: NoticedNeed[]
  atMs: number
  /** Where the operator console is reached from everywhere, if it is. */
  consoleUrl?: string | undefined
}

export interface NoticedNeed extends OpenNeed {
  /** Replies held back; null when that could not be found out, as with the next two. */
  waiting: number | null
  /** How many people wait for them. */
  visitors: number | null
  /** When the first of their 24-hour windows closes that is still open; null for none, too. */
  firstWindowEndsMs: number | null
}

/** The notice as a person reads it: what happened, since when, what waits, what to do. Several lines, plain text. */
export const noticeText = (notice: Notice): string => LINES[notice.kind](notice).join('\n')

/** How a Page is called in front of the operator. */
export const pageLabel = ({ pageId, pageName }: Pick<Need, 'pageId' | 'pageName'>): string => {
  if (pageId === WHOLE_BOT) return 'the bot'
  return pageName === null ? `Page ${pageId}` : `${pageName} (Page ${pageId})`
}

/** "3 replies to 2 visitors are waiting", for the texts that say so. */
export const waitingText = (waiting: number, visitors: number | null = null): string => {
  const whom =
    visitors === null || visitors === 0 ? '' : ` to ${visitors === 1 ? '1 visitor' : `${visitors} visitors`}`
  return waiting === 1
    ? `1 reply${whom} is waiting`
    : `${waiting === 0 ? 'no' : waiting} replies${whom} are waiting`
}

// Discord refuses texts of more than 2000 characters, and nobody reads twenty bullets at night.
const MOST_NEEDS = 5

const neededLines = ({ kind, needs, atMs, consoleUrl }: Notice): string[] => {
  const opening = kind === 'reminder' ? 'Evergreen still needs you' : 'Evergreen needs you'
  const shown = needs.slice(0, MOST_NEEDS)
  const left = needs.length - shown.length
  const toDo = remedyLines(shown, consoleUrl)
  const [only] = shown
  if (needs.length === 1 && only !== undefined) {
    return [`${opening}: ${pageLabel(only)} ${conditionOf(only.cause)}.`, ...happened(only, atMs), ...toDo]
  }
  return [
    `${opening}: ${manyNeeds(needs)}.`,
    ...shown.map((need) => `• ${pageLabel(need)}: ${happened(need, atMs).join(' ')}`),
    ...(left > 0 ? [`• and ${left} more`] : []),
    ...toDo,
  ]
}

/** What the trouble means for the Page, after its name. */
export const conditionOf = (cause: NeedCause): string => CONDITIONS[cause] ?? 'cannot answer'

const CONDITIONS: Partial<Record<NeedCause, string>> = {
  token_expires: 'has a token that will end',
  silent: 'hears nothing from Facebook',
  webhook: 'hears nothing from Facebook',
  unsubscribed: 'may not hear its visitors',
  profile: 'shows a profile that is out of date',
  script: 'speaks by an older version of the script',
  refused: 'has replies that Facebook refused',
  person: 'has visitors who wait for a person',
}

/** Replies that wait have nothing to do with these. */
const LOOKS = new Set<NeedCause>(['script', 'refused', 'person'])

/** Several needs in one line. */
export const manyNeeds = (needs: readonly { cause: string }[]): string =>
  `${needs.length} things ${needs.some(({ cause }) => holdsReplies(cause)) ? 'keep the bot from answering' : 'are to be mended'}`

/** The way that works from a telephone comes first. */
const remedyLines = (needs: NoticedNeed[], consoleUrl: string | undefined): string[] => {
  const of = (wanted: readonly NoticedNeed[]): string[] => [...new Set(wanted.map(({ remedy }) => remedy))]
  const toDo = (remedy: string): string => `To do: ${remedy}`
  if (consoleUrl === undefined) return of(needs).map(toDo)
  const there = `${consoleUrl} (user operator, password OPERATOR_PASSWORD)`
  const byToken = needs.filter((need) => need.byToken === true)
  const others = of(needs.filter((need) => need.byToken !== true)).map(toDo)
  if (byToken.length === 0) return [...others, `How it stands: ${there}`]
  return [
    `To do: Open ${there} and press "Continue with Facebook", or paste a user token there.`,
    ...of(byToken).map((remedy) => `Or: ${remedy}`),
    ...others,
  ]
}

const happened = (need: NoticedNeed, atMs: number): string[] => {
  const since = `Since ${utc(need.sinceMs)} (${duration(atMs - need.sinceMs)}).`
  if (need.waiting === null || LOOKS.has(need.cause)) return [need.what, since]
  if (need.waiting === 0) return [need.what, `${since} No replies are waiting.`]
  if (!holdsReplies(need.cause)) return [need.what, since]
  const waiting = capital(waitingText(need.waiting, need.visitors))
  return [
    need.what,
    `${since} ${waiting}; what waits goes out by itself once this is mended.`,
    ...windowLine(need, atMs),
  ]
}

/** The visitor may not be answered after that, so it is what decides how urgent this is. */
const windowLine = ({ firstWindowEndsMs: endsMs }: NoticedNeed, atMs: number): string[] =>
  endsMs === null
    ? []
    : [
        `The first 24-hour window closes at ${utc(endsMs)} (in ${duration(endsMs - atMs)}); later that reply cannot be sent.`,
      ]

const wellLines = ({ needs, atMs }: Notice): string[] => {
  const pages = [...new Set(needs.map(pageLabel))]
  const shown = pages.slice(0, MOST_NEEDS).join(', ')
  const left = pages.length > MOST_NEEDS ? ` and ${pages.length - MOST_NEEDS} more` : ''
  const since = Math.min(...needs.map((need) => need.sinceMs))
  const took = `It took ${duration(atMs - since)}`
  if (needs.every(({ cause }) => cause === 'profile')) {
    return [`All is well again: the Messenger profile is up to date for ${shown}${left}.`, `${took}.`]
  }
  if (needs.every(({ cause }) => cause === 'token_expires')) {
    return [`All is well again: the token of ${shown}${left} never expires.`, `${took}.`]
  }
  if (needs.every(({ cause }) => LOOKS.has(cause))) {
    return [`All is well again: what was to be looked at is settled for ${shown}${left}.`, `${took}.`]
  }
  if (!needs.some(({ cause }) => holdsReplies(cause))) {
    return [`All is well again: webhooks come for ${shown}${left}.`, `${took}.`]
  }
  return [`All is well again: ${shown}${left} can answer.`, `${took}; replies that waited are going out now.`]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const LINES: Record<Notice['kind'], (notice: Notice) => string[]> = {
  needed: neededLines,
  reminder: neededLines,
  well: wellLines,
  trial: () => [
    "Evergreen's trial alert: alerts reach you.",
    'Nothing is wrong; somebody pressed the button in the console.',
  ],
}
