import { duration, utc } from '../base/times.ts'
import { causeOf, holdsReplies } from './causes.ts'
import { WHOLE_BOT, type Need, type OpenNeed } from './needs.ts'
import { clipped } from '../base/clip.ts'
import { inTwoSteps } from './two-steps.ts'

/** A message to the operator about needs: one line in the log, and one message by each channel. */
export interface Notice {
  kind: 'needed' | 'reminder' | 'well' | 'trial'
  /** `needed`, `reminder`: everything open now, oldest first. `well`: everything mended since the first notice. */
  needs: NoticedNeed[]
  atMs: number
  /** Public address of the operator console; undefined where it has none. */
  consoleUrl?: string | undefined
}

export interface NoticedNeed extends OpenNeed {
  /** Waiting replies; null when they could not be counted, as with the next two. */
  waiting: number | null
  /** Visitors who wait for them. */
  visitors: number | null
  /** End of the first of their 24-hour windows that is still open; null for none, too. */
  firstWindowEndsMs: number | null
}

/**
 * The notice as text: the trouble, what to do, then each Page with its time and its waiting replies. Several lines, plain text.
 *
 * @param longest - in characters. The cure is never cut; Pages are listed as far as there is room
 */
export const noticeText = (notice: Notice, longest = Number.POSITIVE_INFINITY): string => {
  switch (notice.kind) {
    case 'needed':
    case 'reminder':
      return neededText(notice, longest)
    case 'well':
      return wellLines(notice).join('\n')
    case 'trial':
      return TRIAL
  }
}

/** The Page's name and id, for the operator. */
export const pageLabel = ({ pageId, pageName }: Pick<Need, 'pageId' | 'pageName'>): string => {
  if (pageId === WHOLE_BOT) return 'the bot'
  return pageName === null ? `Page ${pageId}` : `${clipped(pageName, LONGEST_NAME)} (Page ${pageId})`
}

/** "3 replies to 2 visitors are waiting" */
export const waitingText = (waiting: number, visitors: number | null = null): string => {
  const whom =
    visitors === null || visitors === 0 ? '' : ` to ${visitors === 1 ? '1 visitor' : `${visitors} visitors`}`
  return waiting === 1
    ? `1 reply${whom} is waiting`
    : `${waiting === 0 ? 'no' : waiting} replies${whom} are waiting`
}

// Discord refuses texts of more than 2000 characters, and a short list is read faster.
const MOST_NEEDS = 5

const neededText = ({ kind, needs, atMs, consoleUrl }: Notice, longest: number): string => {
  const opening = kind === 'reminder' ? 'Evergreen still needs you' : 'Evergreen needs you'
  const [only] = needs
  const isOne = needs.length === 1 && only !== undefined
  const head = [
    `${opening}: ${isOne ? `${pageLabel(only)} ${causeOf(only.cause).condition}` : manyNeeds(needs)}.`,
    ...fitting(remedyLines(needs, consoleUrl), longest * 0.7),
  ].join('\n')
  const room = longest - head.length - 1
  if (isOne) return `${head}\n${clipped(happened(only, atMs).join('\n'), room)}`
  return [head, ...bullets(needs, atMs, room)].join('\n')
}

/** No line is cut in the middle; lines without room are counted. */
const fitting = (toDo: readonly string[], longest: number): string[] => {
  const lines: string[] = []
  let left = longest
  for (const line of toDo) {
    left -= line.length + 1
    if (left < 0 && lines.length > 0) break
    lines.push(line)
  }
  const more = toDo.length - lines.length
  return more > 0 ? [...lines, `And ${more} more to do, which console and doctor name.`] : lines
}

/** Sorts needs so that each cause comes once before any cause comes twice: ten dead tokens must not hide a refused reply. */
const eachCauseFirst = (needs: readonly NoticedNeed[]): NoticedNeed[] => {
  const byCause = [...Map.groupBy(needs, ({ cause }) => cause).values()]
  return [...byCause.flatMap((alike) => alike.slice(0, 1)), ...byCause.flatMap((alike) => alike.slice(1))]
}

/** The needs that fit into `room`, at least the first; then how many more there are. */
const bullets = (needs: readonly NoticedNeed[], atMs: number, room: number): string[] => {
  const lines: string[] = []
  let left = room - MORE_ROOM
  for (const need of eachCauseFirst(needs).slice(0, MOST_NEEDS)) {
    const line = clipped(`• ${pageLabel(need)}: ${happened(need, atMs).join(' ')}`, LONGEST_BULLET)
    if (line.length + 1 > left && lines.length > 0) break
    lines.push(clipped(line, left))
    left -= line.length + 1
  }
  const more = needs.length - lines.length
  return more > 0 ? [...lines, `• and ${more} more`] : lines
}

/** Facebook allows 75 characters. */
const LONGEST_NAME = 100
/** The longest bullet, so that one long text does not hide the other Pages. */
const LONGEST_BULLET = 500
const MORE_ROOM = 20

/** Several needs as one line. */
export const manyNeeds = (needs: readonly { cause: string }[]): string =>
  `${needs.length} things ${needs.some(({ cause }) => holdsReplies(cause)) ? 'keep the bot from answering' : 'are to be mended'}`

/** The cure. The way by the console comes first, because it works from a telephone. */
const remedyLines = (needs: readonly NoticedNeed[], consoleUrl: string | undefined): string[] => {
  // One new token may mend all of them.
  const isShared = needs.filter((need) => need.byToken === true).length > 1
  const remedyOf = ({ remedy, pageId, byToken }: NoticedNeed): string =>
    isShared && byToken === true ? remedy.replace(`--page ${pageId}`, '--all') : remedy
  const of = (wanted: readonly NoticedNeed[]): string[] => [...new Set(wanted.map(remedyOf))]
  // With several causes, each remedy names its own, because the troubles are described further down.
  const isMixed = new Set(needs.map(({ cause }) => cause)).size > 1
  const toDo = (remedy: string): string => {
    const need = isMixed && needs.find((one) => remedyOf(one) === remedy)
    return `To do${need ? ` (${causeOf(need.cause).condition})` : ''}: ${remedy}`
  }
  if (consoleUrl === undefined) return of(needs).map(toDo)
  const there = `${consoleUrl} (user operator, password OPERATOR_PASSWORD)`
  const byToken = needs.filter((need) => need.byToken === true)
  const others = of(needs.filter((need) => need.byToken !== true)).map(toDo)
  if (byToken.length === 0) return [...others, `How it stands: ${there}`]
  const steps = of(byToken).map(inTwoSteps)
  const first = steps.flatMap((step) => step.first ?? [])
  return [
    ...first.map((step) => `To do first: ${step}`),
    `${first.length > 0 ? 'Then' : 'To do'}: Open ${there} and press "Continue with Facebook", or paste a user token there.`,
    ...new Set(steps.map(({ run }) => `Or: ${run}`)),
    ...others,
  ]
}

const happened = (need: NoticedNeed, atMs: number): string[] => {
  const since = `Since ${utc(need.sinceMs)} (${duration(atMs - need.sinceMs)}).`
  if (need.waiting === null || causeOf(need.cause).replies === 'apart') return [need.what, since]
  if (need.waiting === 0) return [need.what, `${since} No replies are waiting.`]
  if (!holdsReplies(need.cause)) return [need.what, since]
  const waiting = capital(waitingText(need.waiting, need.visitors))
  return [
    need.what,
    `${since} ${waiting}; the bot sends waiting replies once this is mended.`,
    ...windowLine(need, atMs),
  ]
}

/** The bot may not answer a visitor after the window has closed, so the first closing says how urgent the need is. */
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
  const holds = needs.filter(({ cause }) => holdsReplies(cause))
  const mended = (holds.length > 0 ? holds : needs).map(({ cause }) =>
    causeOf(cause).mended(`${shown}${left}`),
  )
  const goesOn = holds.length > 0 ? '; replies that waited are going out now' : ''
  return [`All is well again: ${[...new Set(mended)].join('; ')}.`, `${took}${goesOn}.`]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const TRIAL = [
  "Evergreen's trial alert: alerts reach you.",
  'Nothing is wrong; the button in the console was pressed.',
].join('\n')
