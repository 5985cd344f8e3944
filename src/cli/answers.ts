import { csv } from '../base/csv.ts'
import type { Store } from '../store/store.ts'
import type { KeptAnswers } from '../store/form-answers.ts'
import { jsonLine } from '../terminal/terminal-text.ts'
import { command, wrongUsage } from './command.ts'
import { withStore } from './with-store.ts'

const AT_ONCE = 500

export const answers = command({
  name: 'answers',
  about: 'The answers of forms whose script says "answers: keep" or names an address.',
  usage: [
    ['npm run --silent answers', 'one JSON object a line, the oldest first'],
    ['npm run --silent answers -- --form book', 'of one form only'],
    ['npm run --silent answers -- --csv', 'a table, for a spreadsheet'],
    ['npm run answers -- --drop UP_TO', 'throws away those up to this id that wait for no delivery'],
  ],
  options: {
    form: { type: 'string', value: 'NAME', about: 'only of this form' },
    csv: { type: 'boolean', harmless: true, about: 'print a table' },
    json: { type: 'boolean', harmless: true, about: 'print one JSON object a line, as without an option' },
    drop: { type: 'string', value: 'UP_TO', about: 'throw away those up to this id' },
  },
  notes: 'Works while the bot runs and while it does not. It reads DATA_DIR or DATABASE_URL, also from .env.',
  noPlain: () => wrongUsage('It takes options only.'),
  run: async ({ values: { drop, form, csv } }, { env, stdout, stderr }) => {
    if (drop !== undefined) {
      if (!/^\d{1,15}$/.test(drop)) wrongUsage('--drop needs the id up to which answers are thrown away.')
      const dropped = await withStore(env, (store) => store.formAnswers.drop(Number(drop)))
      stdout.write(`${dropped} thrown away.\n`)
      return 0
    }
    const all = await withStore(env, (store) => everything(store, form))
    if (all.length === 0) stderr.write(`There are no answers${form === undefined ? '' : ' of that form'}.\n`)
    if (csv === true) stdout.write(toCsv(all))
    else for (const one of all) stdout.write(`${jsonLine({ ...rowOf(one), answers: valuesOf(one) })}\n`)
    return 0
  },
})

const everything = async (store: Store, form: string | undefined): Promise<KeptAnswers[]> => {
  const all: KeptAnswers[] = []
  let after: number | null = 0
  while (after !== null) {
    const part: Awaited<ReturnType<Store['formAnswers']['list']>> = await store.formAnswers.list({
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
  return csv([[...columns, ...names], ...lines])
}
