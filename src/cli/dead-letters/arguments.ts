import { parseArgs } from 'node:util'
import { BotError } from '../../base/errors.ts'

export type Command = 'list' | 'show' | 'retry' | 'drop'

export interface Arguments {
  command: Command
  ids: string[]
  all: boolean
  pageId: string | undefined
  json: boolean
  help: boolean
}

export const USAGE = `Replies that could not be sent: which, why, and what is to become of them.

  npm run dead-letters                       the latest ones
  npm run dead-letters -- show ID            one of them, with its message
  npm run dead-letters -- retry ID [ID ...]  send again
  npm run dead-letters -- drop ID [ID ...]   throw away

Options
  --all      list, retry or drop every one
  --page ID  only this Page's; with retry and drop it needs --all
  --json     print one JSON object
  --help     this text

Works while the bot runs, which then sends at once, and while it does not. It reads DATA_DIR, also from .env.
Exit code: 0 done, 1 failed or not found, 2 wrong usage.
`

const COMMANDS: readonly string[] = ['list', 'show', 'retry', 'drop'] satisfies Command[]
// An id may begin with a hyphen, as an option does; no option has a dot in it.
const ID = /^[\w-]{1,40}\.[0-9a-z]{1,11}$/

/** @throws BotError `BOT_USAGE` */
export const readArguments = (args: readonly string[]): Arguments => {
  const ids = args.filter((arg) => ID.test(arg))
  const { command, ...options } = readRest(args.filter((arg) => !ID.test(arg)))
  const read: Arguments = { command, ids, ...options }
  if (!read.help) check(read)
  return read
}

const readRest = (args: readonly string[]): Omit<Arguments, 'ids'> => {
  const { values, positionals } = parse(args)
  const [command = 'list', ...stray] = positionals
  if (!isCommand(command)) {
    throw usage(positionals.length > 1 ? NO_ID : `There is no command ${printable(command)}.`)
  }
  if (stray.length > 0) throw usage(NO_ID)
  return {
    command,
    all: values.all ?? false,
    pageId: values.page,
    json: values.json ?? false,
    help: values.help ?? false,
  }
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        all: { type: 'boolean' },
        page: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    })
  } catch (error) {
    throw usage(error instanceof Error ? printable(error.message) : String(error))
  }
}

const check = ({ command, ids, all, pageId }: Arguments): void => {
  if (pageId !== undefined && !/^\d{1,30}$/.test(pageId)) {
    throw usage('--page needs the id of a Page, which is a number.')
  }
  if (command === 'list') {
    if (ids.length > 0) throw usage('list takes no ids; use show.')
    return
  }
  if (command === 'show') {
    if (ids.length !== 1 || all || pageId !== undefined)
      throw usage('show takes exactly one id, and nothing else.')
    return
  }
  if (all === ids.length > 0) throw usage(`${command} takes either ids or --all.`)
  if (pageId !== undefined && !all) throw usage('--page goes with --all; an id says its Page itself.')
}

const isCommand = (name: string): name is Command => COMMANDS.includes(name)

const NO_ID = 'That is no id: an id looks like aB3-x_Yz.2s, as the list shows it.'

const printable = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').slice(0, 200)

const usage = (what: string): BotError => new BotError('BOT_USAGE', what, { remedy: 'See --help.' })
