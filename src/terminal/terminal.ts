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

/** A terminal that shows the log and, under it, a panel that may ask for something. */
export interface Terminal {
  /** Log lines are written here. A line is printed when it is complete, above the panel. */
  output: Writable
  /** Prints a line of ours among the log lines. */
  print: (line: string, colour: 'green' | 'yellow' | 'red') => void
  /** Puts the panel under the log, in place of the one before. In the background it waits until the foreground. */
  show: (panel: Panel) => void
  hide: () => void
  /** Gives the terminal back as it was found; log lines go on being printed. */
  close: () => void
}

export interface Panel {
  title: string
  /** Wrapped to the width of the window. */
  lines: string[]
  /** What is asked; without it nothing can be typed. */
  ask?: PanelQuestion
}

export interface PanelQuestion {
  label: string
  /** Only how much was typed is shown, never what. */
  hidden: boolean
  /** Called at Enter with what was typed or pasted, never empty; the line ends of a paste are in it. */
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
  /** What should be on the screen. */
  let panel: Panel | null = null
  /** The rows of the panel that are on the screen. */
  let drawn: string[] = []
  let typed = ''
  /** The keys, while this process has the keyboard. */
  let keys: Transform | null = null
  let isClosed = false
  let isDrawDue = false

  // Terminals of containers and serial lines do not know their size and report 0.
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
    // Lines that scrolled off the top cannot be erased.
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
    // A shell does not say when it brings a running job to the front; the next line finds out.
    if (panel !== null) take()
    const before = erase()
    drawn = render()
    const text = before + log + paint(drawn)
    if (text !== '') output.write(text)
  }

  // A pasted token is some two hundred keys in one go; the panel is drawn once for them.
  const drawSoon = (): void => {
    if (isDrawDue) return
    isDrawDue = true
    queueMicrotask(() => {
      isDrawDue = false
      draw()
    })
  }

  const onKey = (text: string | undefined, key: Key): void => {
    // In raw mode the terminal no longer turns these keys into signals; the operator still means them.
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
      // The window is gone.
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
      // The window is gone, and its modes with it.
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

/** Whether a key writes something: a sign, or a line end inside a paste. */
const isWritten = (text: string | undefined): text is string =>
  text !== undefined && text !== '' && (text === PASTED_LINE_END || !/[\p{Cc}\p{Cs}]/u.test(text))

/** Passes on whole lines. Done when `write` returns: a last line before the process exits is not lost. */
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
