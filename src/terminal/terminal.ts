import { emitKeypressEvents, type Key } from 'node:readline'
import { Writable, type Readable, type Transform } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { styleText } from 'node:util'

import { inForeground, processSignals, type TerminalSignals } from './job-control.ts'
import {
  createPastedLines,
  PASTED_LINE_END,
  PASTE_MARKS_OFF,
  PASTE_MARKS_ON,
  withLineEnds,
} from './pasted-lines.ts'
import { maskText, plainLine, rowsNeeded, wrap } from './terminal-text.ts'

/** A terminal that shows the log and, below it, a panel that may ask for an input. */
export interface Terminal {
  /** Takes log lines. A line is printed above the panel when it is complete. */
  output: Writable
  /** Prints a line among the log lines. */
  print: (line: string, colour: 'green' | 'yellow' | 'red') => void
  /** Shows a panel below the log, replacing the previous one. While the process is in the background, the panel waits. */
  show: (panel: Panel) => void
  hide: () => void
  /** Restores the terminal; log lines are still printed. */
  close: () => void
}

export interface Panel {
  title: string
  /** Wrapped to the width of the window. */
  lines: string[]
  /** The input that is asked for; without it the panel takes no keys. */
  ask?: PanelQuestion
}

export interface PanelQuestion {
  label: string
  /** Whether only the length of the typed text is shown. */
  hidden: boolean
  /** Called at Enter with the typed or pasted text, which is never empty and may hold the line ends of a paste. */
  answer: (typed: string) => void
}

export interface TerminalDeps {
  input: Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown }
  output: Writable & { isTTY?: boolean; columns?: number; rows?: number }
  signals?: TerminalSignals
  inForeground?: () => boolean
}

/** Null when input or output is not a terminal. */
export const createTerminal = (deps: TerminalDeps): Terminal | null =>
  deps.input.isTTY === true && deps.output.isTTY === true && deps.input.setRawMode !== undefined
    ? openTerminal(deps)
    : null

const openTerminal = (deps: TerminalDeps): Terminal => {
  const { input, output, signals = processSignals } = deps
  const mayAsk = deps.inForeground ?? inForeground
  /** The panel that should be on the screen. */
  let panel: Panel | null = null
  /** The rows of the panel that are on the screen. */
  let drawn: string[] = []
  let typed = ''
  /** The stream of keys while this process reads the keyboard; null otherwise. */
  let keys: Transform | null = null
  let isClosed = false
  let isDrawDue = false

  // Terminals of containers and serial lines report 0 columns.
  const columns = (): number => output.columns || 80

  const render = (): string[] => {
    if (panel === null || keys === null) return []
    // One column stays free, so that no terminal wraps a full row by itself.
    const width = Math.max(20, columns() - 1)
    const lines = panel.lines.flatMap((line) => wrap(plainLine(line), width - 2))
    const rows = [...wrap(plainLine(panel.title), width - 2), ...lines].map((row, index) =>
      index === 0 ? `┌ ${row}` : `│ ${row}`,
    )
    const shown = panel.ask?.hidden === true ? maskText(typed) : plainLine(typed)
    rows.push(panel.ask === undefined ? '└' : (wrap(`└ ${panel.ask.label} ${shown}`, width)[0] ?? ''))
    // Limited to the window's height, because lines that scrolled off the top cannot be erased.
    return rows.slice(-Math.max(1, (output.rows || 24) - 1))
  }

  const paint = (rows: string[]): string =>
    rows
      .map((row, index) => {
        if (index === 0 && row.startsWith('┌')) return styleText(['bold', 'yellow'], row, { stream: output })
        return styleText('yellow', row.slice(0, 1), { stream: output }) + row.slice(1)
      })
      .join('\n')

  const erase = (): string => {
    if (drawn.length === 0) return ''
    const rows = rowsNeeded(drawn, columns())
    return `\r${rows > 1 ? `${CSI}${rows - 1}A` : ''}${CSI}J`
  }

  /** Replaces the panel on the screen by the present one, with `log` above it, in one write. */
  const draw = (log = ''): void => {
    // A shell does not tell when it brings a running job to the foreground, so each line checks it.
    if (panel !== null) take()
    const before = erase()
    drawn = render()
    const text = before + log + paint(drawn)
    if (text !== '') output.write(text)
  }

  // Draws once for many keys, because a pasted token is some two hundred keys at once.
  const drawSoon = (): void => {
    if (isDrawDue) return
    isDrawDue = true
    queueMicrotask(() => {
      isDrawDue = false
      draw()
    })
  }

  const onKey = (text: string | undefined, key: Key): void => {
    // In raw mode the terminal does not turn these keys into signals, so they are raised here.
    if (key.ctrl === true && key.name === 'c') return signals.raise('SIGINT')
    if (key.ctrl === true && key.name === 'z') {
      release()
      return signals.raise('SIGTSTP')
    }
    if (panel?.ask === undefined) return
    if (key.name === 'return' || key.name === 'enter') return submit(panel.ask)
    else if (key.name === 'backspace') typed = typed.slice(0, -1)
    else if (key.ctrl === true && key.name === 'u') typed = ''
    else if (isWritten(text) && typed.length < LONGEST_ANSWER) typed += withLineEnds(text)
    else return
    drawSoon()
  }

  const submit = (ask: PanelQuestion): void => {
    if (typed.trim() === '') return
    const answer = typed.trim()
    typed = ''
    draw()
    ask.answer(answer)
  }

  const take = (): void => {
    if (keys !== null || isClosed || !mayAsk()) return
    try {
      input.setRawMode?.(true)
    } catch {
      // The window was closed.
      return
    }
    keys = createPastedLines()
    emitKeypressEvents(keys)
    keys.on('keypress', onKey)
    input.pipe(keys)
    output.write(PASTE_MARKS_ON)
  }

  const release = (): void => {
    if (keys === null) return
    keys.off('keypress', onKey)
    input.unpipe(keys)
    keys = null
    typed = ''
    output.write(erase() + PASTE_MARKS_OFF)
    drawn = []
    input.pause()
    try {
      input.setRawMode?.(false)
    } catch {
      // The window was closed, so there are no modes to restore.
    }
  }

  const hide = (): void => {
    panel = null
    release()
  }

  const onResize = (): void => draw()

  const stopContinue = signals.onContinue(() => draw())

  const close = (): void => {
    hide()
    isClosed = true
    stopContinue()
    output.off('resize', onResize)
  }

  input.on('end', close)
  input.on('error', close)
  output.on('resize', onResize)

  return {
    output: lineWriter((lines) => draw(lines)),
    print: (line, colour) => draw(`${styleText(colour, plainLine(line), { stream: output })}\n`),
    show: (next) => {
      if (isClosed) return
      if (next.ask?.label !== panel?.ask?.label) typed = ''
      panel = next
      draw()
    },
    hide,
    close,
  }
}

const CSI = '\u001B['
const LONGEST_ANSWER = 4_096

/** Whether a key adds to the text: a character, or a line end inside a paste. */
const isWritten = (text: string | undefined): text is string =>
  text !== undefined && text !== '' && (text === PASTED_LINE_END || !/[\p{Cc}\p{Cs}]/u.test(text))

/** Passes on whole lines synchronously, so that the last line before the process exits is not lost. */
const lineWriter = (write: (lines: string) => void): Writable => {
  const decoder = new StringDecoder('utf8')
  let unfinished = ''
  return new Writable({
    decodeStrings: true,
    write: (chunk: Buffer, _encoding, done) => {
      unfinished += decoder.write(chunk)
      const end = unfinished.lastIndexOf('\n') + 1
      if (end > 0) write(unfinished.slice(0, end))
      unfinished = unfinished.slice(end)
      done()
    },
    final: (done) => {
      if (unfinished !== '') write(`${unfinished}\n`)
      done()
    },
  })
}
