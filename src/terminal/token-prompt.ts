import type { Log } from '../base/logger.ts'
import type { Clock } from '../base/clock.ts'
import { BotError } from '../base/errors.ts'
import type { NeedCause } from '../alerts/causes.ts'
import { WHOLE_BOT, type Needs, type OpenNeed } from '../alerts/needs.ts'
import { pageLabel, waitingText, type Notice } from '../alerts/notice.ts'
import { parsePageChoice } from './page-choice.ts'
import type { Panel, Terminal } from './terminal.ts'

/** Runs the bootstrap with a user token. Its errors are thrown; the text of a `BotError` is shown unchanged. */
export type RunRepair = (request: PromptedRepair) => Promise<RepairedPage[]>

export interface PromptedRepair {
  userToken: string
  /** The Pages to mend, if the token reaches them; empty when none is known yet. */
  pageIds: string[]
  /** Called with a text when each step begins and when it ends. */
  report: (step: { status: 'started' | 'done' | 'skipped' | 'warned' | 'failed'; text: string }) => void
  /** Called when the token reaches several Pages and none was named. */
  choose: (pages: RepairedPage[]) => Promise<string[]>
}

export interface RepairedPage {
  id: string
  name: string
}

export interface TokenPromptDeps {
  terminal: Pick<Terminal, 'show' | 'hide' | 'print'>
  needs: Needs
  clock: Pick<Clock, 'after'>
  waiting: (pageId: string) => Promise<number>
  repair: RunRepair
  /** The place to get a user token. */
  tokenSource: { url: string; scopes: readonly string[] }
  log: Pick<Pick<Log, 'info' | 'warn' | 'error'>, 'error'>
}

export interface TokenPrompt {
  /** Shows the prompt when the notice is about a token. */
  notify: (notice: Notice) => void
  stop: () => void
}

/** Asks for a user token in the terminal while a Page lacks a working token, and runs the bootstrap with it. */
export const createTokenPrompt = (deps: TokenPromptDeps): TokenPrompt => {
  const { terminal, needs, clock, repair, log } = deps
  let state: 'hidden' | 'asking' | 'mending' | 'stopped' = 'hidden'
  /** Pages mended here whose needs are not settled yet. */
  const mended = new Set<string>()
  /** The reason of the last failure, and its remedy. */
  let failure: string[] = []
  let waiting: number | null = null
  let cancelCount: (() => void) | undefined
  let cancelLook: (() => void) | undefined

  const sickPages = (): OpenNeed[] =>
    needs.open().filter(({ cause, pageId }) => TOKEN_CAUSES.has(cause) && !mended.has(pageId))

  const ask = (): void => {
    if (state === 'stopped') return
    const sick = sickPages()
    if (sick.length === 0) return vanish()
    // Printed among the log lines, which are not wrapped or framed, so that the address can be copied.
    if (state === 'hidden') terminal.print(deps.tokenSource.url, 'green')
    state = 'asking'
    terminal.show({
      ...askingPanel(sick, waiting, deps.tokenSource.scopes, failure),
      ask: { label: 'User token:', hidden: true, answer: (token) => void mend(token, sick) },
    })
  }

  const vanish = (): void => {
    state = 'hidden'
    failure = []
    waiting = null
    cancelCount?.()
    cancelCount = undefined
    terminal.hide()
  }

  /** Updates the number of waiting replies in the prompt. */
  const count = async (): Promise<void> => {
    const pages = sickPages().map(({ pageId }) => pageId)
    const counts = await Promise.all(pages.map(deps.waiting)).catch(() => null)
    const sum = counts?.reduce((a, b) => a + b, 0) ?? null
    if (state === 'hidden' || state === 'stopped') return
    if (state === 'asking' && sum !== waiting) {
      waiting = sum
      ask()
    }
    cancelCount?.()
    cancelCount = clock.after(RECOUNT_MS, () => void count())
  }

  const mend = async (userToken: string, sick: OpenNeed[]): Promise<void> => {
    state = 'mending'
    terminal.show({ title: 'Checking the token …', lines: [] })
    const pageIds = sick.map(({ pageId }) => pageId).filter((id) => id !== WHOLE_BOT)
    const report: PromptedRepair['report'] = ({ status, text }) => {
      if (status === 'started') terminal.show({ title: `${text} …`, lines: [] })
      // A failed step is not printed here, because the prompt shows the failure with its remedy.
      else if (status === 'warned') terminal.print(`  ! ${text}`, 'yellow')
      else if (status !== 'failed') terminal.print(`  ✔ ${text}`, 'green')
    }
    try {
      const pages = await repair({ userToken, pageIds, report, choose })
      failure = []
      for (const page of pages) {
        terminal.print(`✔ ${page.name} (Page ${page.id}) has a token that never expires.`, 'green')
      }
      for (const id of [WHOLE_BOT, ...pages.map((page) => page.id)]) mended.add(id)
    } catch (error) {
      failure = failureLines(error)
      if (!(error instanceof BotError)) log.error({ err: error }, 'the repair in the terminal failed')
      terminal.print(`✖ ${failure[0]}`, 'red')
    }
    ask()
  }

  const choose = (pages: RepairedPage[], hint?: string): Promise<string[]> =>
    new Promise((resolve) => {
      const answer = (typed: string): void => {
        const chosen = parsePageChoice(typed, pages)
        if (chosen === null) return resolve(choose(pages, `"${typed}" is none of these.`))
        terminal.show({ title: 'Working …', lines: [] })
        resolve(chosen)
      }
      terminal.show({
        title: 'Which Page is the bot to answer for?',
        lines: [
          ...pages.map(({ id, name }, index) => `${index + 1}. ${name} (Page ${id})`),
          ...(hint ? [hint] : []),
        ],
        ask: { label: 'Number, several as 1 3, or all:', hidden: false, answer },
      })
    })

  const stopListening = needs.onChange(({ opened }) => {
    // A new need is not shown at once: it arrives as a notice, after the time in which trouble may end by itself.
    if (opened || state !== 'asking') return
    cancelLook ??= clock.after(SETTLE_MS, () => {
      cancelLook = undefined
      if (state !== 'asking') return
      if (sickPages().length > 0) return ask()
      vanish()
      terminal.print('✔ The token was mended elsewhere; nothing is left to do here.', 'green')
    })
  })

  return {
    notify: (notice) => {
      if (notice.kind === 'well') return
      // A new notice means that the Pages were not mended after all.
      mended.clear()
      if (state === 'mending' || sickPages().length === 0) return
      ask()
      void count()
    },
    stop: () => {
      stopListening()
      cancelLook?.()
      vanish()
      state = 'stopped'
    },
  }
}

const TOKEN_CAUSES = new Set<NeedCause>(['token_missing', 'token_invalid'])
const RECOUNT_MS = 2_000
// The wait before a settled need counts as mended, because another trouble of the same Page may replace it.
const SETTLE_MS = 200
const MOST_REASONS = 3

const askingPanel = (
  sick: OpenNeed[],
  waiting: number | null,
  scopes: readonly string[],
  failure: string[],
): Panel => ({
  title: titleOf(sick),
  lines: [
    ...(failure.length > 0 ? failure : sick.slice(0, MOST_REASONS).map(({ what }) => what)),
    waiting === null || waiting === 0
      ? 'Messages are accepted and kept meanwhile; nothing is lost.'
      : `Meanwhile ${waitingText(waiting)}; nothing is lost.`,
    `1. Get a user token at the address above this box${scopes.length > 0 ? `, with ${scopes.join(', ')}` : ''}.`,
    '2. Paste it here (it is not shown) and press Enter.',
  ],
})

const titleOf = (sick: OpenNeed[]): string => {
  const [only] = sick
  if (only === undefined || sick.length > 1) return `${sick.length} Pages need a new token`
  return only.pageId === WHOLE_BOT ? 'The bot needs its first token' : `${pageLabel(only)} needs a new token`
}

const failureLines = (error: unknown): string[] => {
  if (!(error instanceof BotError)) return ['That failed for an unexpected reason; the log has it.']
  return [error.message, ...(error.remedy === undefined ? [] : [error.remedy])]
}
