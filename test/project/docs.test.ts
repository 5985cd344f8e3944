import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import t from 'tap'
import { helpOf } from '../cli/run.ts'
import { configSchema } from '../../src/base/settings.ts'
import { BOT_ERROR_CODES } from '../../src/base/errors.ts'
import { NEEDED_SCOPES, WEBHOOK_FIELDS } from '../../src/channel/messenger.ts'
import { NEED_CAUSES } from '../../src/alerts/causes.ts'
import { noticeText } from '../../src/alerts/notice.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]
const VARIABLES = Object.keys(configSchema.properties)

/** As GitHub makes the anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const anchorsOf = (file: string): string[] => {
  const text = readFileSync(file, 'utf8')
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)]
}

const WALK_THROUGH = 'docs/walk-through.md'

t.test('every npm command a page names exists', async (t) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  let named = 0
  for (const page of PAGES) {
    for (const [, run, bare] of read(page).matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)) {
      named++
      t.ok(scripts[run ?? bare ?? ''], `${page}: npm ${run ?? bare}`)
    }
  }
  t.ok(named > 20, 'the pages name commands at all')
})

t.test('every option of a command that a page names stands in its help', async (t) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = new Map<string, Set<string>>()
  for (const page of PAGES) {
    for (const [, command = '', rest = ''] of read(page).matchAll(/\bnpm run ([\w:-]+) -- ([^`\n#]+)/g)) {
      const options = rest.match(/--[a-z][\w-]*/g) ?? []
      named.set(command, new Set([...(named.get(command) ?? []), ...options]))
    }
  }
  t.ok(named.size >= 3, 'the pages name options at all')
  for (const [command, options] of named) {
    const [file = ''] = scripts[command]?.match(/\S+\.ts/) ?? []
    const help = options.size === 0 ? '' : (await helpOf(file, t.testdir())).stdout
    for (const option of options) t.match(help, option, `npm run ${command} -- ${option}`)
  }
})

t.test('every script in package.json runs a file that exists', async (t) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  for (const [name, script] of Object.entries(scripts)) {
    for (const [, file = ''] of script.matchAll(/\bnode (?:--import \S+ )?(\S+\.ts)/g)) {
      t.ok(existsSync(join(ROOT, file)), `npm run ${name}: ${file}`)
    }
  }
})

t.test('every relative link leads somewhere, to its heading too', async (t) => {
  let links = 0
  for (const page of PAGES) {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      links++
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), path)
      t.ok(existsSync(file) && !relative(ROOT, file).startsWith('..'), `${page}: ${target}`)
      if (anchor !== undefined && existsSync(file) && statSync(file).isFile()) {
        t.ok(anchorsOf(file).includes(anchor), `${page}: the heading of ${target}`)
      }
    }
  }
  t.ok(links > 20, 'the pages hold links at all')
})

t.test('every fact that code or a page cites has an anchor in docs/messenger-platform.md', async (t) => {
  const anchors = anchorsOf(join(ROOT, 'docs/messenger-platform.md'))
  const folders = ['app', 'bench', 'bin', 'docs', 'plugins', 'routes', 'sandbox', 'src', 'test']
  let cited = 0
  for (const file of execFileSync('git', ['ls-files', ...folders], { cwd: ROOT, encoding: 'utf8' }).split(
    '\n',
  )) {
    if (!/\.(ts|js|md)$/.test(file) || !existsSync(join(ROOT, file))) continue
    for (const [, list = ''] of read(file).matchAll(/messenger-platform\.md((?:(?:, )?#[a-z0-9]+)+)/g)) {
      for (const anchor of list.matchAll(/[a-z0-9]+/g)) {
        cited++
        t.ok(anchors.includes(anchor[0]), `${file}: ${anchor[0]}`)
      }
    }
  }
  t.ok(cited > 0, 'facts are cited at all')
})

t.test('.env.example names exactly the variables the bot reads', async (t) => {
  // A variable with a default, or an optional one, stands there commented out.
  const shown = Object.keys(parseEnv(read('.env.example').replace(/^#(?=[A-Z_]+=)/gm, '')))
  t.strictSame(shown.toSorted(), VARIABLES.toSorted())
})

t.test('every variable and every code a page names exists', async (t) => {
  const others = [
    'FB_USER_TOKEN',
    'EVERGREEN_COMMAND',
    'NEW_TOKEN_KEY',
    'POSTGRES_PASSWORD',
    'CHROMIUM_PATH',
    'EVERGREEN_ROUNDS',
    'EVERGREEN_SEED',
    'TEST_DATABASE_URL',
    'NODE_ENV',
    'NODE_EXTRA_CA_CERTS',
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'MALLOC_ARENA_MAX',
    // What clients read to reach the sandbox.
    'NODE_USE_ENV_PROXY',
    'REQUESTS_CA_BUNDLE',
    'SSL_CERT_FILE',
    'EVENT_RECEIVED',
    'HUMAN_AGENT',
    'APP_ID',
    // Settings of 0.1.0 that the upgrade page says to remove.
    'TEXT_PER_SECOND',
    'MEDIA_PER_SECOND',
  ]
  const known: readonly string[] = [...VARIABLES, ...BOT_ERROR_CODES, ...others]
  // The page of facts speaks of Facebook's names, not of ours; the walk-through names constants, too (see below).
  const apart = ['docs/messenger-platform.md', WALK_THROUGH]
  for (const page of PAGES.filter((one) => !apart.includes(one))) {
    for (const [, written = ''] of read(page).matchAll(/`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`/g)) {
      // A secret may be in a file.
      const name = others.includes(written)
        ? written
        : written.replace(/^X_FILE$/, 'TOKEN_KEY_FILE').replace(/_FILE$/, '')
      t.ok(known.includes(name), `${page}: ${written}`)
    }
  }
})

t.test(
  'a constant that a line of the walk-through names is declared in a file that the line links',
  async (t) => {
    for (const line of read(WALK_THROUGH).split('\n')) {
      const linked = [...line.matchAll(/\]\(\.\.\/([\w./-]+\.ts)\)/g)].map(([, file = '']) => read(file))
      for (const [, name = ''] of line.matchAll(/`([A-Z][A-Z_]+)`/g)) {
        const isDeclared = linked.some((text) => new RegExp(`\\bconst ${name}\\b`).test(text))
        t.ok(isDeclared || VARIABLES.includes(name), `${name}: ${line.slice(0, 60)}`)
      }
    }
  },
)

t.test('the list of decisions is complete and in order', async (t) => {
  const listed = [...read('docs/adr/README.md').matchAll(/\]\((\d{4}-[\w-]+\.md)\)/g)].map(([, file]) => file)
  const there = readdirSync(join(ROOT, 'docs/adr')).filter((name) => /^\d{4}-/.test(name))
  t.strictSame(listed, there.toSorted())
})

t.test('the notice in the operations page is one the bot would write', async (t) => {
  const sinceMs = Date.UTC(2026, 10, 21, 9, 5)
  const text = noticeText({
    kind: 'needed',
    atMs: sinceMs + 3 * 60_000,
    needs: [
      {
        pageId: '1001',
        pageName: 'Bakery',
        cause: 'token_invalid',
        what: 'The token no longer works: the password was changed, or Facebook ended the session for security.',
        remedy:
          'Run `npm run bootstrap-token -- --page 1001` with a new user token; the running bot takes it at once.',
        sinceMs,
        waiting: 3,
        visitors: 2,
        firstWindowEndsMs: Date.UTC(2026, 10, 22, 8, 51),
      },
    ],
  })
  t.match(read('docs/operations.md'), text)
})

t.test('each alert has its cure, and each cure its alert', async (t) => {
  const [, table = ''] =
    /\| what the notice says[^\n]*\n\| -+[^\n]*\n((?:\|[^\n]*\n)+)/.exec(read('docs/operations.md')) ?? []
  const rows = table
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()))
  const cured = new Set(rows.map(([, , cause = '']) => cause.replaceAll('`', '')))
  t.same([...cured].toSorted(), [...NEED_CAUSES].toSorted())
  for (const [, says = '', cause = '', cure = ''] of rows) t.ok(says.length > 10 && cure.length > 20, cause)
})

t.test('the README shows the answer that the default script gives', async (t) => {
  const script = read('bot.example.yaml')
  const answers = [...read('README.md').matchAll(/^> \*\*the bot\*\* (.+)$/gm)].map(
    ([, answer = '']) => answer,
  )
  t.ok(answers.length > 0)
  for (const answer of answers) t.ok(script.includes(answer), answer)
})

t.test('the README names the webhook fields that the doctor looks for, and no others', async (t) => {
  const [, fields = ''] = /and the fields ([^.]+)\./.exec(read('README.md')) ?? []
  t.strictSame(
    [...fields.matchAll(/`(\w+)`/g)].map(([, field]) => field),
    [...WEBHOOK_FIELDS],
  )
  for (const scope of NEEDED_SCOPES) t.match(read('README.md'), scope)
})
