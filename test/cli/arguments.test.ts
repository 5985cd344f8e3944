import t from 'tap'
import { bootstrapToken } from '../../src/cli/bootstrap-token.ts'
import { command, type CommandPlan, type CommandOption } from '../../src/cli/command.ts'
import { run } from './run.ts'

const OPTIONS = {
  page: { type: 'string', multiple: true, value: 'ID', about: 'a Page' },
  name: { type: 'string', about: 'a name' },
  'no-wait': { type: 'boolean', about: 'at once' },
  json: { type: 'boolean', harmless: true, about: 'one object' },
} as const satisfies Record<string, CommandOption>

/** A command that prints what it was given. */
const echo = (over: Partial<CommandPlan<typeof OPTIONS>> = {}) =>
  command({
    name: 'echo',
    about: 'Says it again.',
    usage: [['npm run echo', 'says it']],
    options: OPTIONS,
    run: async (given, { stdout }) => {
      stdout.write(JSON.stringify(given))
      return 0
    },
    ...over,
  })

const given = async (args: string[], env: Record<string, string> = {}): Promise<unknown> =>
  JSON.parse((await run(echo(), '.', args, { env })).stdout)

t.test('options and other arguments are read, alone and together', async (t) => {
  t.strictSame(await given([]), { values: {}, plain: [] })
  t.strictSame(await given(['--']), { values: {}, plain: [] })
  t.strictSame(await given(['a', '--page', '1', '--json', '--page=2', '--no-wait', 'b', '--', '--json']), {
    values: { page: ['1', '2'], json: true, 'no-wait': true },
    plain: ['a', 'b', '--json'],
  })
  t.strictSame(await given(['--name', 'x', '--name', 'y']), { values: { name: 'y' }, plain: [] })
})

t.test('the -- that is written for npm is dropped where another package manager passes it on', async (t) => {
  const args = ['a', '--', '--json']
  for (const agent of ['pnpm/12.21.0 npm/? node/v24.21.0', 'yarn/4.18.1 npm/? node/v24.21.0'])
    t.strictSame(
      await given(args, { npm_config_user_agent: agent }),
      { values: { json: true }, plain: ['a'] },
      agent,
    )
  for (const agent of ['npm/11.19.1 node/v24.21.0', 'yarn/1.22.22 npm/? node/v24.21.0', 'bun/1.4.5 npm/?'])
    t.strictSame(
      await given(args, { npm_config_user_agent: agent }),
      { values: {}, plain: ['a', '--json'] },
      agent,
    )
})

t.test(
  'an option that npm swallowed is taken where it is harmless, else its right spelling is told',
  async (t) => {
    const under = (env: Record<string, string>, args: string[] = []) =>
      run(echo(), '.', args, { env: { npm_lifecycle_event: 'echo', ...env } })
    t.match(JSON.parse((await under({ npm_config_json: 'true' })).stdout), { values: { json: true } })
    for (const [env, spelling] of [
      [{ npm_config_page: 'true' }, 'npm run echo -- --page ID'],
      [{ npm_config_page: '12' }, 'npm run echo -- --page ID'],
      [{ npm_config_wait: '' }, 'npm run echo -- --no-wait'],
    ] as const) {
      const { code, stderr } = await under(env, ['12'])
      t.equal(code, 2)
      t.ok(stderr.includes(`Put -- before it: ${spelling}`), stderr)
    }
    t.strictSame(
      await given([], { npm_lifecycle_event: 'another', npm_config_page: 'true' }),
      { values: {}, plain: [] },
      'what npm was told for another command is no business of this one',
    )
  },
)

t.test('--help and -h need nothing, and have the same shape', async (t) => {
  for (const args of [['--help'], ['-h'], ['--nonsense', '--help']]) {
    t.match(await run(echo(), '.', args), {
      code: 0,
      stderr: '',
      stdout:
        /^Says it again\.\n\n {2}npm run echo {3}says it\n\nOptions, after --\n {2}--page ID[^]*--help[^]*\nExit code: 0 done/,
    })
  }
})

t.test('every command tells the version of the program', async (t) => {
  t.match(await run(echo(), '.', ['--version']), { code: 0, stderr: '', stdout: /^\d+\.\d+\.\d+\n$/ })
})

t.test('wrong usage names the help as it is typed here', async (t) => {
  t.match(await run(echo(), '.', ['--pagee=1']), { code: 2, stderr: /\nSee `npm run echo -- --help`\.\n$/ })
})

t.test('an unforeseen error ends with 1, and asks for a report', async (t) => {
  const broken = echo({
    run: () => {
      throw new TypeError('no such thing')
    },
  })
  t.match(await run(broken, '.'), { code: 1, stderr: /TypeError: no such thing[^]*Please report this/ })
})

const WRONG: [what: string, args: string[], message: RegExp][] = [
  ['a token as an argument', ['user-token-1'], /never a token/],
  ['a token behind an option of that name', ['--token', 'user-token-1'], /never a token/],
  ['a token glued to an option', ['--user-token=user-token-1'], /never a token/],
  ['a token after --', ['--', 'user-token-1'], /never a token/],
  ['a token among good options', ['--all', 'user-token-1'], /never a token/],
  ['an unknown option', ['--force'], /There is no option --force/],
  ['a misspelt option', ['--pgae', 'user-token-1'], /There is no option --pgae\. Did you mean --page\?/],
  ['an unknown short option', ['-x'], /There is no option -x/],
  ['an unknown option with a value', ['--force=user-token-1'], /There is no option --force/],
  ['an option that may be a secret', ['--EAAuser-token-1'], /never a token/],
  ['an option with capitals', ['--EAAsomething'], /no option of that name/],
  ['an empty argument', [''], /never a token/],
  ['--page without an id', ['--page'], /needs a value: --page ID/],
  ['--page followed by an option', ['--page', '--all'], /needs the id/],
  ['--page with a token', ['--page', 'user-token-1'], /needs the id/],
  ['--page with a path', ['--page', '../me'], /needs the id/],
  ['--page with nothing', ['--page='], /needs a value/],
  ['a flag with a value', ['--all=yes'], /takes no value/],
  ['a negated flag that has none', ['--no-json'], /no option --no-json/],
  ['--page with --all', ['--page', '1', '--all'], /exclude each other/],
]

for (const [what, args, message] of WRONG) {
  t.test(`bootstrap-token: ${what} is wrong usage, and is not repeated`, async (t) => {
    const { code, stdout, stderr } = await run(bootstrapToken, '.', args)
    t.match({ code, stdout }, { code: 2, stdout: '' })
    t.match(stderr, message)
    t.match(stderr, /--help/)
    t.notMatch(stderr, /user-token-1|EAA/)
  })
}
