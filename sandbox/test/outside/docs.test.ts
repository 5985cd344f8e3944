import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import { USAGE } from '../../src/arguments.ts'
import { TROUBLE_KINDS } from '../../src/control/make-trouble.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const PAGE = readFileSync(join(ROOT, 'docs', 'sandbox.md'), 'utf8')

const FOLDER = join(ROOT, 'sandbox', 'test')
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
  (path) => !path.includes('node_modules'),
)

/** The rows of the fidelity table. */
const rows = (PAGE.split('## Fidelity')[1] ?? '')
  .split('### ')[0]
  ?.split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (behaviour|-)/.test(line))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))

t.test('every row of the fidelity table names tests that are there', async (t) => {
  t.ok((rows?.length ?? 0) > 50, 'the table is found')
  for (const [, behaviour = '', , tests = ''] of rows ?? []) {
    const named = [...tests.matchAll(/`([\w-]+)`: ([^;]+)/g)]
    t.ok(named.length > 0, `${behaviour} names a test`)
    for (const [, file = '', title = ''] of named) {
      const path = FILES.find((one) => basename(one) === `${file}.test.ts`) ?? `${file}.test.ts`
      const source = readFileSync(join(FOLDER, path), 'utf8')
      const begins = ["'", '"', '`'].some((quote) => source.includes(quote + title.trim()))
      t.ok(begins, `${file}: ${title}`)
    }
  }
})

t.test('every section of the reference that a row names is one of A to K, or M', async (t) => {
  for (const [, behaviour = '', sections = ''] of rows ?? []) {
    t.match(sections, /^([A-KM]\d{0,2}(, |$))*$/, behaviour)
  }
})

t.test('every trouble and every option of the command is documented, and no other', async (t) => {
  for (const kind of TROUBLE_KINDS) t.match(PAGE, `\`${kind}\``, kind)
  const options = [...USAGE.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, option = '']) => option)
  t.ok(options.length > 15)
  for (const option of options.filter((one) => one !== '--help')) t.match(PAGE, `\`${option}`, option)
  const written = [...(PAGE.split('## Pointing')[0] ?? '').matchAll(/`(--[\w-]+)/g)].map(
    ([, option = '']) => option,
  )
  for (const option of written) t.ok(options.includes(option), option)
})

t.test('no file of the sandbox is longer than 400 lines, and none imports the product', async (t) => {
  const folder = join(ROOT, 'sandbox', 'src')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(ts|js|css|html)$/.test(name),
  )
  for (const name of files) {
    const source = readFileSync(join(folder, name), 'utf8')
    t.ok(source.split('\n').length <= 401, name)
    t.notMatch(source, /from '(\.\.\/)+(src|plugins|routes)\//, name)
  }
})
