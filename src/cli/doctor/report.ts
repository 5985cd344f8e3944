import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import type { Result } from '../../doctor/run.ts'
import { plural } from '../../base/numbers.ts'

/** Shows results in the order of the checks, each as soon as it is known. */
export interface Report {
  /** Shows the check that is being waited for. */
  start: (check: Pick<Result, 'section' | 'title'>) => void
  result: (result: Result) => void
  end: (results: readonly Result[]) => void
}

/** For logs and pipes: one line for each check. */
export const createPlainReport = (output: Writable): Report => ({
  start: () => {},
  result: ({ status, section, title, what, next }) => {
    output.write(`${WORDS[status]}  ${section}: ${title}: ${what}${next === null ? '' : ` -> ${next}`}\n`)
  },
  end: (results) => {
    output.write(`${summary(results)}\n`)
  },
})

/** For terminals: results under headings, with the next step below each one that has one. */
export const createScreenReport = (output: Writable & { columns?: number }): Report => {
  let section: string | null = null
  let isWaiting = false

  const clear = (): void => {
    if (isWaiting) output.write('\r\u001b[2K')
    isWaiting = false
  }
  const print = (indent: string, text: string, style: Style, first = indent): void => {
    const width = Math.max(MARGIN + 20, Math.min(output.columns || 80, WIDEST)) - indent.length - 1
    for (const [index, line] of wrap(text, width).entries()) {
      output.write(`${index === 0 ? first : indent}${styleText(style, line)}\n`)
    }
  }

  output.write(`\n ${styleText(['bold', 'black', 'bgGreen'], ' Evergreen ')} doctor\n`)
  return {
    start: (check) => {
      clear()
      if (check.section !== section) output.write(`\n ${styleText('bold', check.section)}\n`)
      section = check.section
      output.write(`   ${styleText('dim', `…  ${check.title}`)}`)
      isWaiting = true
    },
    result: ({ status, title, what, next }) => {
      clear()
      const { mark, style } = LOOKS[status]
      const indent = ' '.repeat(MARGIN)
      print(
        indent,
        what,
        status === 'skipped' ? 'dim' : 'reset',
        `   ${styleText(style, mark)}  ${title.padEnd(MARGIN - 6)}`,
      )
      if (next !== null) print(`${indent}  `, next, 'cyan', `${indent}${styleText('cyan', '→')} `)
    },
    end: (results) => {
      clear()
      const isWell = results.every(({ status }) => status !== 'failure')
      output.write(`\n ${styleText(['bold', isWell ? 'green' : 'red'], summary(results))}\n`)
      const first = results.find(({ status }) => status === 'failure')
      if (first) output.write(` ${styleText('dim', `Begin with: ${first.section}, ${first.title}.`)}\n`)
      output.write('\n')
    },
  }
}

type Style = Parameters<typeof styleText>[0]

/** Width of mark and title. */
const MARGIN = 22
const WIDEST = 110

const WORDS = { ok: 'ok     ', warning: 'WARNING', failure: 'FAILURE', skipped: 'skipped' }

const LOOKS = {
  ok: { mark: '✔', style: 'green' },
  warning: { mark: '!', style: 'yellow' },
  failure: { mark: '✖', style: 'red' },
  skipped: { mark: '–', style: 'dim' },
} as const

const summary = (results: readonly Result[]): string => {
  const number = (status: Result['status']): number => results.filter((one) => one.status === status).length
  const failures = number('failure')
  const parts = [
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(number('warning') > 0 ? [`${number('warning')} to look at`] : []),
    ...(number('skipped') > 0 ? [`${number('skipped')} not checked`] : []),
    `${number('ok')} in order`,
  ]
  return failures === 0 && parts.length === 1
    ? `All is well: ${plural(number('ok'), 'check')}.`
    : `${parts.join(', ')}.`
}

const wrap = (text: string, width: number): string[] => {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + word.length < width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
