import t from 'tap'
import { readArguments } from '../../src/cli/bootstrap-token/arguments.ts'

const NOTHING = { pageIds: [], all: false, subscribe: true, login: false, json: false, help: false }

t.test('options are read, alone and together', async (t) => {
  t.strictSame(readArguments([]), NOTHING)
  t.strictSame(readArguments(['--']), NOTHING)
  t.strictSame(readArguments(['--page', '1', '--json', '--page=2', '--no-subscribe']), {
    ...NOTHING,
    pageIds: ['1', '2'],
    json: true,
    subscribe: false,
  })
  t.strictSame(readArguments(['--all', '--json', '--json']), { ...NOTHING, all: true, json: true })
  t.strictSame(readArguments(['--login']), { ...NOTHING, login: true })
  t.strictSame(readArguments(['-h']), { ...NOTHING, help: true })
})

const WRONG: [what: string, args: string[], message: RegExp][] = [
  ['a token as an argument', ['user-token-1'], /never a token/],
  ['a token behind an option of that name', ['--token', 'user-token-1'], /never a token/],
  ['a token glued to an option', ['--user-token=user-token-1'], /never a token/],
  ['a token after --', ['--', 'user-token-1'], /never a token/],
  ['a token among good options', ['--all', 'user-token-1'], /never a token/],
  ['an unknown option', ['--force'], /There is no option --force/],
  ['an unknown short option', ['-x'], /There is no option -x/],
  ['an unknown option with a value', ['--force=user-token-1'], /There is no option --force/],
  ['an option that may be a secret', ['--EAAuser-token-1'], /never a token/],
  ['an option with capitals', ['--EAAsomething'], /no option of that name/],
  ['an empty argument', [''], /never a token/],
  ['--page without an id', ['--page'], /needs the id/],
  ['--page followed by an option', ['--page', '--all'], /needs the id/],
  ['--page with a token', ['--page', 'user-token-1'], /needs the id/],
  ['--page with a path', ['--page', '../me'], /needs the id/],
  ['--page with nothing', ['--page='], /needs the id/],
  ['a flag with a value', ['--all=yes'], /takes no value/],
  ['a negated flag that has none', ['--no-json'], /no option --no-json/],
  ['--page with --all', ['--page', '1', '--all'], /exclude each other/],
]

for (const [what, args, message] of WRONG) {
  t.test(`${what} is wrong usage, and is not repeated`, async (t) => {
    let error: unknown
    try {
      readArguments(args)
    } catch (caught) {
      error = caught
    }
    t.match(error, { code: 'BOT_USAGE', message, remedy: /--help/ })
    t.notMatch((error as Error).message, /user-token-1|EAA/)
  })
}
