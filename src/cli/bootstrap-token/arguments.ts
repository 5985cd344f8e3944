import { parseArgs } from 'node:util'
import { BotError } from '../../base/errors.ts'

export interface Arguments {
  pageIds: string[]
  all: boolean
  subscribe: boolean
  login: boolean
  json: boolean
  help: boolean
}

export const USAGE = `Makes a Page token that never expires, proves it and saves it.

  npm run bootstrap-token                        asks for a user token
  pass show facebook | npm run bootstrap-token   takes it from standard input
  FB_USER_TOKEN=...  npm run bootstrap-token     takes it from the environment
  npm run bootstrap-token -- --login             gets it by a login in your browser

Options (after --, as in: npm run bootstrap-token -- --page 123)
  --page ID        the Page; repeatable; also one that Facebook does not list
  --all            every Page the token reaches
  --no-subscribe   leave the webhook subscriptions of Page and app alone
  --login          open Facebook's login dialog and wait for its answer on this machine; for apps in
                   development mode, since Facebook comes back to http://localhost for these alone
  --json           print the result as one JSON object
  --help           this text

The token itself is never an argument: arguments show up in process lists and in the shell's history.
Exit code: 0 done, 1 refused or failed, 2 wrong usage.
`

/**
 * Reads the command line. What was typed is never repeated: it may be a token.
 *
 * @throws BotError `BOT_USAGE`
 */
export const readArguments = (args: readonly string[]): Arguments => {
  // Not strict: the library's own messages would repeat the argument.
  const { tokens } = parseArgs({
    args: [...args],
    options: { page: { type: 'string', multiple: true } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const read: Arguments = { pageIds: [], all: false, subscribe: true, login: false, json: false, help: false }
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') throw strayArgument()
    if (token.name === 'page') read.pageIds.push(pageId(token.value))
    else setFlag(read, token.rawName, token.value)
  }
  if (read.all && read.pageIds.length > 0) throw usage('--page and --all exclude each other.')
  return read
}

const setFlag = (read: Arguments, name: string, value: string | undefined): void => {
  const flag = FLAGS[name]
  if (!flag) throw /token/i.test(name) ? strayArgument() : usage(`There is no option ${printable(name)}.`)
  if (value !== undefined) throw usage(`${name} takes no value.`)
  flag(read)
}

const FLAGS: Record<string, (read: Arguments) => void> = {
  '--all': (read) => (read.all = true),
  '--login': (read) => (read.login = true),
  '--no-subscribe': (read) => (read.subscribe = false),
  '--json': (read) => (read.json = true),
  '--help': (read) => (read.help = true),
  '-h': (read) => (read.help = true),
}

const pageId = (value: string | undefined): string => {
  if (value !== undefined && /^\d{1,30}$/.test(value)) return value
  throw usage('--page needs the id of a Page, which is a number.')
}

/** An option's name, unless it looks like something that should not be repeated. */
const printable = (name: string): string => (/^--?[a-z-]{1,20}$/.test(name) ? name : 'of that name')

const strayArgument = (): BotError =>
  new BotError('BOT_USAGE', 'Nothing but options may stand on the command line, and never a token.', {
    remedy:
      'Pipe the token in, or set FB_USER_TOKEN; if it was a real token, it is in your shell history now: remove it there. See --help.',
  })

const usage = (what: string): BotError => new BotError('BOT_USAGE', what, { remedy: 'See --help.' })
