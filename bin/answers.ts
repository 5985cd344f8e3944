import { parseArgs } from 'node:util'
import type { KeptAnswers, Store } from '../src/store/store.ts'
import { withStore } from '../src/cli/commands/open-store.ts'
import { runCommand, wrongUsage } from '../src/cli/commands/run.ts'

const USAGE = `The answers of forms whose script says "answers: keep" or names an address.

  npm run --silent answers                 one JSON object a line, the oldest first
  npm run --silent answers -- --form book  of one form only
  npm run --silent answers -- --csv        a table, for a spreadsheet
  npm run answers -- --drop UP_TO          throws away those up to this id that wait for no delivery

Works while the bot runs and while it does not. It reads DATA_DIR, also from .env.
Exit code: 0 done, 1 failed, 2 wrong usage.
`

const AT_ONCE = 500

const readArguments = () => {
  try {
    return parseArgs({
      args: process.argv.slice(2),
      options: {
        form: { type: 'string' },
        csv: { type: 'boolean' },
        drop: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    return wrongUsage(error instanceof Error ? error.message : String(error))
  }
}

const everything = async (store: Store, form: string | undefined): Promise<KeptAnswers[]> => {
  const all: KeptAnswers[] = []
  let after: number | null = 0
  while (after !== null) {
    const part: Awaited<ReturnType<Store['answers']['list']>> = await store.answers.list({
      limit: AT_ONCE,
      after,
    })
    all.push(...part.answers.filter((one) => form === undefined || one.form === form))
    after = part.next
  }
  return all
}

const rowOf = (one: KeptAnswers) => ({
  id: one.id,
  form: one.form,
  pageId: one.pageId,
  psid: one.psid,
  at: new Date(one.keptMs).toISOString(),
  waitsForDelivery: one.dueMs !== null,
})

const valuesOf = ({ body }: KeptAnswers): Record<string, string> => JSON.parse(body) as Record<string, string>

const toCsv = (all: readonly KeptAnswers[]): string => {
  const names = [...new Set(all.flatMap((one) => Object.keys(valuesOf(one))))]
  const columns = ['id', 'form', 'pageId', 'psid', 'at', 'waitsForDelivery'] as const
  const lines = all.map((one) => {
    const row = rowOf(one)
    const values = valuesOf(one)
    return [...columns.map((column) => String(row[column] ?? '')), ...names.map((name) => values[name] ?? '')]
  })
  return [[...columns, ...names], ...lines].map((line) => `${line.map(cell).join(',')}\r\n`).join('')
}

/** Spreadsheets take a cell that begins like a formula for one, and visitors write what they like. */
const cell = (value: string): string => {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

await runCommand(async () => {
  const { help, drop, form, csv } = readArguments()
  if (help === true) {
    process.stdout.write(USAGE)
    return 0
  }
  if (drop !== undefined) {
    if (!/^\d{1,15}$/.test(drop)) wrongUsage('--drop needs the id up to which answers are thrown away.')
    const dropped = await withStore((store) => store.answers.drop(Number(drop)))
    console.log(`${dropped} thrown away.`)
    return 0
  }
  const all = await withStore((store) => everything(store, form))
  if (csv === true) process.stdout.write(toCsv(all))
  else for (const one of all) console.log(JSON.stringify({ ...rowOf(one), answers: valuesOf(one) }))
  return 0
})
