import type { Readable, Writable } from 'node:stream'
import { stripVTControlCharacters, styleText } from 'node:util'
import * as clack from '@clack/prompts'
import type { BootstrappedPage } from '../../token/finish.ts'
import type { ReachedPage } from '../../token/pages.ts'
import type { BootstrapStep } from '../../token/steps.ts'
import {
  createPastedLines,
  PASTE_MARKS_OFF,
  PASTE_MARKS_ON,
  withLineEnds,
} from '../../terminal/pasted-lines.ts'

/** The output of the command in a terminal. */
export interface Screen {
  open: (facts: { appId: string; version: string; keptIn: string; encrypted: boolean }) => void
  explainToken: (where: string, scopes: readonly string[]) => void
  /** Explains that FB_GRAPH_URL is not Facebook's. */
  explainSandbox: (graphUrl: string) => void
  /** Explains that the login goes on in a browser. */
  explainLogin: (dialogUrl: string, hints: readonly string[]) => void
  /** Shows that a step takes a while. */
  wait: (text: string) => void
  note: (text: string) => void
  /** Null when the operator gave up. */
  askToken: () => Promise<string | null>
  /** Null when the operator gave up. */
  choosePages: (pages: ReachedPage[], known: readonly string[]) => Promise<string[] | null>
  step: (step: BootstrapStep) => void
  refused: (what: string, remedy: string | undefined) => void
  done: (pages: BootstrappedPage[], keptIn: string) => void
  /** Removes the spinner and restores the terminal; may be called at any time. */
  stop: () => void
}

const FRAMES = ['◒', '◐', '◓', '◑']
const FRAME_MS = 100
/** The columns of clack's frame, and a margin on the right. */
const MARGIN = 8
const USUAL_COLUMNS = 80

// Ctrl-D cancels. Otherwise Node closes its readline interface, and clack waits for a key without end and shows what is typed.
clack.updateSettings({ aliases: { '\u0004': 'cancel' } })

type Keyboard = Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown }

export const createScreen = (output: Writable & { columns?: number }, input: Keyboard): Screen => {
  // Serial consoles and containers report 0 columns, at which clack would break lines after every letter.
  if (output.columns === 0) output.columns = USUAL_COLUMNS
  // A question is cancelled when the input has ended.
  const over = new AbortController()
  for (const end of ['end', 'close', 'error']) input.once(end, () => over.abort())
  const { signal } = over
  const common = { input, output }
  const spinner = createSpinner(output)
  /** Prints lines outside clack's frame, so that they can be copied. */
  const plainly = (...lines: string[]): void => void output.write(`\n${lines.join('\n')}\n`)

  let isMarking = false
  const markPastes = (wanted: boolean): void => {
    if (wanted !== isMarking) output.write(wanted ? PASTE_MARKS_ON : PASTE_MARKS_OFF)
    isMarking = wanted
  }

  return {
    open: ({ appId, version, keptIn, encrypted }) => {
      clack.intro(
        styleText(['bold', 'black', 'bgGreen'], ' Evergreen ') + ' a Page token that never expires',
        common,
      )
      const place = `kept in ${keptIn}, ${encrypted ? 'encrypted' : 'readable by you alone'}`
      clack.log.message(wrap(`App ${appId} · Graph ${version} · ${place}`, output, 'dim'), common)
    },

    explainToken: (where, scopes) => {
      clack.log.step('How to get a user token', common)
      // Not in a box, where a terminal breaks a long address so that it cannot be clicked or copied.
      plainly('1. Open', styleText(['cyan', 'underline'], where))
      plainly('2. Choose this app, and "User Token" under "User or Page". Add', ...scopes)
      plainly(
        wrap('and business_management, where the Page belongs to a business portfolio.', output, 'dim'),
        '3. Generate the token, tick your Page in the dialog, copy the token.',
        wrap('Tick every other Page of this bot, too: it replaces what you granted before.', output, 'dim'),
      )
    },

    explainSandbox: (graphUrl) => {
      clack.log.step('How to get a user token', common)
      plainly(
        wrap(
          `Graph is ${graphUrl}, not Facebook's own. Its sandbox prints a user token when it starts; this makes another:`,
          output,
        ),
        styleText('bold', `curl -X POST ${graphUrl}/sandbox/user-token`),
      )
    },

    explainLogin: (dialogUrl, hints) => {
      spinner.stop()
      clack.log.step('Log in to Facebook in your browser:', common)
      plainly(styleText(['cyan', 'underline'], dialogUrl))
      for (const hint of hints) clack.log.message(wrap(hint, output, 'dim'), { ...common, spacing: 0 })
    },

    wait: (text) => spinner.start(text),

    note: (text) => {
      spinner.stop()
      clack.log.info(wrap(text, output), common)
    },

    askToken: async () => {
      const keys = Object.assign(createPastedLines(), keyboardOf(input))
      markPastes(true)
      input.pipe(keys)
      const token = await clack.password({
        output,
        input: keys,
        signal,
        message: `Paste the user token ${styleText('dim', '(it is not shown) and press Enter')}`,
        mask: '',
        validate: (value) => (value?.trim() ? undefined : 'Nothing was pasted yet.'),
      })
      input.unpipe(keys)
      markPastes(false)
      return clack.isCancel(token) ? null : withLineEnds(token)
    },

    choosePages: async (pages, known) => {
      const usable = new Set(pages.flatMap(({ id, unusable }) => (unusable === null ? [id] : [])))
      const chosen = await clack.multiselect({
        ...common,
        signal,
        message: 'Which Pages is the bot to answer for?',
        required: true,
        maxItems: 12,
        initialValues: known.filter((id) => usable.has(id)),
        options: pages.map((page) => ({
          value: page.id,
          label: `${page.name ?? 'Page'} ${styleText('dim', page.id)}`,
          ...(page.unusable !== null && { hint: page.unusable }),
          disabled: page.unusable !== null,
        })),
      })
      return clack.isCancel(chosen) ? null : chosen
    },

    step: ({ status, text }) => {
      if (status === 'started') return spinner.start(text)
      spinner.stop()
      if (status === 'done')
        clack.log.message(wrap(text, output), { ...common, symbol: styleText('green', '◆'), spacing: 0 })
      if (status === 'skipped')
        clack.log.message(wrap(text, output, 'dim'), {
          ...common,
          symbol: styleText('gray', '◇'),
          spacing: 0,
        })
      // A failure ends the command, which reports it.
      if (status === 'warned') clack.log.warn(wrap(text, output), common)
    },

    refused: (what, remedy) => {
      spinner.stop()
      const lines = [wrap(what, output), ...(remedy === undefined ? [] : [wrap(remedy, output, 'dim')])]
      clack.log.error(lines.join('\n'), common)
    },

    done: (pages, keptIn) => {
      spinner.stop()
      clack.note(pages.map(describePage).join('\n\n'), 'Proved', { ...common, format: (line) => line })
      clack.outro(`Saved in ${keptIn}; a running bot uses it within a second.`, common)
    },

    stop: () => {
      over.abort()
      spinner.stop()
      markPastes(false)
    },
  }
}

/** The parts of a keyboard, besides its keys, that a prompt uses. */
const keyboardOf = (input: Keyboard): Pick<Keyboard, 'isTTY' | 'setRawMode'> => ({
  isTTY: input.isTTY ?? false,
  setRawMode: (raw) => input.setRawMode?.(raw),
})

const describePage = (page: BootstrappedPage): string =>
  [
    `${styleText('bold', page.name)} ${styleText('dim', page.id)}`,
    tick('the token never expires'),
    tick('it belongs to this app and this Page'),
    tick('it may send messages'),
    page.subscribed
      ? tick('the Page sends its webhooks to this app')
      : `${styleText('yellow', '!')} the Page does not send its webhooks to this app yet`,
  ].join('\n')

const tick = (text: string): string => `${styleText('green', '✔')} ${text}`

/** Breaks lines itself, because clack lets the terminal break them, and the rest then stands to the left of its bar. */
const wrap = (text: string, output: Writable, style: 'dim' | 'reset' = 'reset'): string => {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + word.length < columnsOf(output) - MARGIN)
      lines.push(`${lines.pop()} ${word}`)
    else lines.push(word)
  }
  return lines.map((line) => styleText(style, line)).join('\n')
}

const columnsOf = (output: Writable): number =>
  'columns' in output && typeof output.columns === 'number' ? output.columns : USUAL_COLUMNS

/** A spinner of its own, because clack's takes over the keyboard and ends the process with code 0 on Ctrl-C. */
const createSpinner = (output: Writable) => {
  let timer: NodeJS.Timeout | undefined
  return {
    start: (text: string): void => {
      clearInterval(timer)
      const line = stripVTControlCharacters(text).slice(0, Math.max(10, columnsOf(output) - MARGIN))
      let frame = 0
      const draw = (): void => {
        output.write(`\r\u001b[2K${styleText('magenta', FRAMES[frame++ % FRAMES.length] ?? '')}  ${line} …`)
      }
      output.write('\u001b[?25l')
      draw()
      timer = setInterval(draw, FRAME_MS)
    },
    stop: (): void => {
      if (timer === undefined) return
      clearInterval(timer)
      timer = undefined
      output.write('\r\u001b[2K\u001b[?25h')
    },
  }
}
