import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RECORDED } from '../recorded-refusals/all.ts'

const REFERENCE = join(import.meta.dirname, '..', '..', '..', 'docs', 'messenger-platform.md')

/** Codes from practice: docs/sandbox.md, "Where the reference is silent", names each. */
const PRACTICE = ['2200', '2201', '15', '100/2018145', '1', '191', '101', '10900', '10903', '12', '11']

/** One row of the tables in docs/messenger-platform.md#c3: numbers or ranges, and the subcodes that go with them. */
interface Row {
  codes: [from: number, to: number][]
  subcodes: [from: number, to: number][]
  bare: boolean
}

const ranges = (cell: string): [number, number][] =>
  [...cell.matchAll(/(\d+)(?:-(\d+))?/g)].map(([, from, to]) => [Number(from), Number(to ?? from)])

const readRows = (): Row[] => {
  const text = readFileSync(REFERENCE, 'utf8')
  const table = text.slice(text.indexOf('### C3. Table'), text.indexOf('## D. Rate limits'))
  return table.split('\n').flatMap((line) => {
    const [, code = '', subcode = ''] = line.split('|').map((cell) => cell.trim())
    if (!/^\d/.test(code)) return []
    const subcodes = ranges(subcode)
    return [{ codes: ranges(code), subcodes, bare: subcodes.length === 0 || /none/.test(subcode) }]
  })
}

const rows = readRows()

const others = new Set([
  ...PRACTICE,
  ...RECORDED.flatMap(({ refused }) =>
    refused
      ? [
          refused.error_subcode === undefined
            ? String(refused.code)
            : `${refused.code}/${refused.error_subcode}`,
        ]
      : [],
  ),
])

const holds = (list: readonly [number, number][], wanted: number): boolean =>
  list.some(([from, to]) => wanted >= from && wanted <= to)

/** Whether a table of the reference, a recorded refusal or the list from practice knows this code with this subcode. */
export const isDocumentedCode = (code: number, subcode: number | undefined): boolean =>
  others.has(subcode === undefined ? String(code) : `${code}/${subcode}`) ||
  rows.some(
    (row) => holds(row.codes, code) && (subcode === undefined ? row.bare : holds(row.subcodes, subcode)),
  )
