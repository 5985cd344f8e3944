import { PassThrough, Writable } from 'node:stream'
import type { TerminalDeps } from '../../src/terminal/terminal.ts'

const CSI = '\u001B\\['
const PIECES = new RegExp(`${CSI}[?\\d;]*[A-Za-z]|[^]`, 'gu')
const CURSOR_UP = new RegExp(`^${CSI}\\d+A$`)
const COLOUR = new RegExp(`^${CSI}\\d*m$`)

/** A window as a person sees it: plays back what a program writes, with the few control sequences we use. */
export class Screen extends Writable {
  readonly isTTY = true
  columns: number
  rows = 24
  /** Everything ever written, to search for what must never be shown. */
  raw = ''
  /** Whether the program asked for pastes to be marked. */
  marksPastes = false
  #lines: string[] = ['']
  #row = 0
  #column = 0

  constructor(columns = 80) {
    super({ decodeStrings: false })
    this.columns = columns
  }

  override _write(chunk: string, _encoding: unknown, done: () => void): void {
    this.raw += chunk
    for (const [piece] of chunk.matchAll(PIECES)) this.#play(piece)
    done()
  }

  /** The lines on the screen and above it, without trailing empty ones. */
  get lines(): string[] {
    return this.#lines.slice(0, this.#lines.findLastIndex((line) => line !== '') + 1)
  }

  /** Makes the window narrower; as terminals do, it breaks what no longer fits. */
  narrow(columns: number): void {
    const broken = (line: string): string[] => line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? ['']
    const before = this.#lines.slice(0, this.#row).flatMap(broken)
    const rows = broken(this.#line())
    this.#lines = [...before, ...rows, ...this.#lines.slice(this.#row + 1).flatMap(broken)]
    this.#row = before.length + rows.length - 1
    this.#column = rows.at(-1)?.length ?? 0
    this.columns = columns
    this.emit('resize')
  }

  #play(piece: string): void {
    if (piece === '\r') this.#column = 0
    else if (piece === '\n') this.#newLine()
    else if (piece === '\u001B[?2004h') this.marksPastes = true
    else if (piece === '\u001B[?2004l') this.marksPastes = false
    else if (CURSOR_UP.test(piece)) this.#row = Math.max(0, this.#row - Number.parseInt(piece.slice(2), 10))
    else if (piece === '\u001B[J') {
      this.#lines = [...this.#lines.slice(0, this.#row), this.#line().slice(0, this.#column)]
    } else if (COLOUR.test(piece)) return
    else if (piece.startsWith('\u001B')) throw new Error(`unknown sequence ${JSON.stringify(piece)}`)
    else {
      if (this.#column === this.columns) this.#newLine()
      const line = this.#line().padEnd(this.#column)
      this.#lines[this.#row] = line.slice(0, this.#column) + piece + line.slice(this.#column + 1)
      this.#column++
    }
  }

  #newLine(): void {
    this.#row++
    this.#column = 0
    if (this.#row === this.#lines.length) this.#lines.push('')
  }

  #line(): string {
    return this.#lines[this.#row] ?? ''
  }
}

/** A keyboard in raw or cooked mode. */
export const createKeyboard = () => {
  const modes: boolean[] = []
  const keyboard = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => modes.push(raw),
    /** Every change of mode; the last one holds. */
    modes,
  })
  return keyboard satisfies TerminalDeps['input']
}

/** Signals that reach no process. */
export const createSignals = () => {
  const raised: string[] = []
  const listeners = new Set<() => void>()
  return {
    raised,
    raise: (signal: string) => void raised.push(signal),
    onContinue: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    continue: () => {
      for (const listener of listeners) listener()
    },
  }
}
