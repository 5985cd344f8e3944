import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import t from 'tap'
import { parse as readYaml } from 'yaml'
import { scriptSchema } from '../../src/script/schema.ts'
import { CONTRACT, mistakesOf } from '../conversation/scripts.ts'

const ROOT = join(import.meta.dirname, '../..')
const validate = new Ajv({ strict: false, allErrors: true }).compile(scriptSchema())

t.test('the schema that editors read is the one of the readers', async (t) => {
  t.strictSame(
    JSON.parse(readFileSync(join(ROOT, 'bot.schema.json'), 'utf8')),
    JSON.parse(JSON.stringify(scriptSchema())),
    'npm run script:schema writes it anew',
  )
})

t.test('the scripts that ship point their editors to it, and fit it', async (t) => {
  const cookbook = readdirSync(join(ROOT, 'docs/cookbook')).filter((name) => name.endsWith('.yaml'))
  t.ok(cookbook.length >= 4)
  for (const file of ['bot.example.yaml', ...cookbook.map((name) => join('docs/cookbook', name))]) {
    const text = readFileSync(join(ROOT, file), 'utf8')
    t.match(text, /^# yaml-language-server: \$schema=(\.\.\/\.\.\/|\.\/)bot\.schema\.json$/m, file)
    t.ok(validate(readYaml(text)), `${file}: ${JSON.stringify(validate.errors?.slice(0, 3))}`)
  }
  t.ok(validate(readYaml(CONTRACT)), JSON.stringify(validate.errors))
})

const WRONG = [
  'replies: { a: { sya: x } }',
  `replies: { a: { title: ${'x'.repeat(21)}, say: x } }`,
  'replies: { a: { say: [{ pause: soon }] } }',
  'replies: { a: { say: [{ text: x, buttons: [] }] } }',
  'replies: { a: { say: [{ any: [{ imgae: "https://x.y" }, x] }] } }',
  'replies: { a: { ask: { question: q, as: mail, remember: x }, next: a } }',
  'replies: { a: { ask: { question: q }, next: a } }',
  'hours: { time_zone: UTC, open: { moonday: 9-18 } }',
  'profile: { menu: [{ titel: x }] }',
  'replies: { a: { say: [{ text: x, buttons: [{ title: t, url: "https://x.y", with: { b: c } }] }] } }',
  'typing: perhaps',
]

t.test('what the schema refuses, the bot refuses, too', async (t) => {
  for (const script of WRONG) {
    t.notOk(validate(readYaml(script)), script)
    t.ok(mistakesOf(script).length > 0, script)
  }
})
