import type { DeadLetter, DeadLetters, DeadMark } from '../store/dead-letters.ts'
import { closest } from '../base/edit-distance.ts'
import { jsonLine } from '../terminal/terminal-text.ts'
import { command, EXIT, writeLines, wrongUsage, type Output } from './command.ts'
import { isClosed, toJson, toLines, toPage, warningOf } from './dead-letters/print.ts'
import { withStore } from './with-store.ts'

const LATEST = 20
const PAGE_OF_ALL = 200
// An id may begin with a hyphen, as an option does, but only ids contain a dot.
const ID = /^[\w-]{1,40}\.[0-9a-z]{1,11}$/

export const deadLetters = command({
  name: 'dead-letters',
  about: 'Replies that could not be sent: list, show, retry and drop them.',
  usage: [
    ['npm run dead-letters', 'the latest ones'],
    ['npm run dead-letters -- show ID', 'one of them, with its message'],
    ['npm run dead-letters -- retry ID [ID ...]', 'send again'],
    ['npm run dead-letters -- drop ID [ID ...]', 'throw away'],
  ],
  options: {
    all: { type: 'boolean', about: 'list, retry or drop every one' },
    page: { type: 'string', value: 'ID', about: "only this Page's; with retry and drop it needs --all" },
    json: { type: 'boolean', harmless: true, about: 'print one JSON object' },
  },
  notes:
    'Works while the bot runs, which then sends at once, and while it does not. It reads DATA_DIR or DATABASE_URL, also from .env.',
  exit: '0 done, 1 failed or not found, 2 wrong usage.',
  isPlain: (argument) => ID.test(argument),
  run: async ({ values, plain }, { env, stdout, stderr }) => {
    const wanted = toWanted(plain, values)
    return withStore(env, (store) => COMMANDS[wanted.command](store.deadLetters, wanted, { stdout, stderr }))
  },
})

interface Wanted {
  command: keyof typeof COMMANDS
  ids: string[]
  all: boolean
  pageId: string | undefined
  json: boolean
}

interface Outputs {
  stdout: Output
  stderr: Output
}

const toWanted = (
  plain: readonly string[],
  { all = false, page: pageId, json = false }: { all?: boolean; page?: string; json?: boolean },
): Wanted => {
  const ids = plain.filter((argument) => ID.test(argument))
  const [name = 'list', ...stray] = plain.filter((argument) => !ID.test(argument))
  if (!isCommand(name)) return noCommand(name)
  if (stray.length > 0) wrongUsage(NO_ID)
  const wanted: Wanted = {
    command: name,
    ids,
    all,
    pageId,
    json,
  }
  assertMakesSense(wanted)
  return wanted
}

const noCommand = (name: string): never => {
  const meant = closest(name, Object.keys(COMMANDS))
  return wrongUsage(`There is no command ${name}.${meant === null ? '' : ` Did you mean ${meant}?`}`)
}

const NO_ID = 'That is no id: an id looks like aB3-x_Yz.2s, as the list shows it.'

const assertMakesSense = ({ command: name, ids, all, pageId }: Wanted): void => {
  if (pageId !== undefined && !/^\d{1,30}$/.test(pageId)) {
    wrongUsage('--page needs the id of a Page, which is a number.')
  }
  if (name === 'list') {
    if (ids.length > 0) wrongUsage('list takes no ids; use show.')
  } else if (name === 'show') {
    if (ids.length !== 1 || all || pageId !== undefined)
      wrongUsage('show takes exactly one id, and nothing else.')
  } else {
    if (all === ids.length > 0) wrongUsage(`${name} takes either ids or --all.`)
    if (pageId !== undefined && !all) wrongUsage('--page goes with --all; an id says its Page itself.')
  }
}

type Work = (letters: DeadLetters, wanted: Wanted, outputs: Outputs) => Promise<number>

const list: Work = async (letters, { all, pageId, json }, { stdout }) => {
  const found = await latest(letters, pageId, all)
  if (json)
    print(stdout, { deadLetters: found.letters.map((letter) => toJson(letter, false)), more: found.more })
  else if (found.letters.length === 0) writeLines(stdout, 'There are no dead letters.')
  else {
    for (const letter of found.letters) writeLines(stdout, ...toLines(letter))
    if (found.more) writeLines(stdout, 'There are more; --all shows every one.')
  }
  return EXIT.done
}

const latest = async (
  letters: DeadLetters,
  pageId: string | undefined,
  all: boolean,
): Promise<{ letters: DeadLetter[]; more: boolean }> => {
  const found: DeadLetter[] = []
  let after: string | undefined
  do {
    const part = await letters.list({ pageId, after, limit: all ? PAGE_OF_ALL : LATEST })
    found.push(...part.letters)
    after = part.next ?? undefined
  } while (all && after !== undefined)
  return { letters: found, more: after !== undefined }
}

const show: Work = async (letters, { ids: [id = ''], json }, { stdout, stderr }) => {
  const letter = await letters.get(id)
  if (letter === null) return missing([id], stderr)
  if (json) print(stdout, toJson(letter, true))
  else writeLines(stdout, ...toPage(letter))
  return EXIT.done
}

const retry: Work = async (letters, wanted, { stdout, stderr }) => {
  const marks = await letters.retry(selectionOf(wanted))
  const nowMs = Date.now()
  const lost = missingOf(wanted, marks)
  if (wanted.json) {
    const retried = marks.map(({ id, pageId, windowEndsMs }) => ({
      id,
      pageId,
      windowOpen: !isClosed(windowEndsMs, nowMs),
    }))
    print(stdout, { retried, missing: lost })
  } else {
    writeLines(stdout, `${count(marks)} put back into the outbox.`)
    const warnings = marks.flatMap((mark) => warningOf(mark, nowMs) ?? [])
    writeLines(stdout, ...warnings)
    if (marks.length > warnings.length)
      writeLines(stdout, 'A running bot sends within a second; otherwise the next start does.')
  }
  return missing(lost, stderr)
}

const drop: Work = async (letters, wanted, { stdout, stderr }) => {
  const marks = await letters.drop(selectionOf(wanted))
  const lost = missingOf(wanted, marks)
  if (wanted.json) print(stdout, { dropped: marks.map(({ id, pageId }) => ({ id, pageId })), missing: lost })
  else writeLines(stdout, `${count(marks)} thrown away.`)
  return missing(lost, stderr)
}

const COMMANDS = { list, show, retry, drop }

const isCommand = (name: string): name is keyof typeof COMMANDS => Object.hasOwn(COMMANDS, name)

const selectionOf = ({ ids, all, pageId }: Wanted) => (all ? { all, pageId } : { ids })

const missingOf = ({ ids }: Wanted, marks: readonly DeadMark[]): string[] => {
  const done = new Set(marks.map(({ id }) => id))
  return ids.filter((id) => !done.has(id))
}

const missing = (ids: readonly string[], stderr: Output): number => {
  for (const id of ids) writeLines(stderr, `There is no dead letter ${id}.`)
  return ids.length > 0 ? EXIT.failed : EXIT.done
}

const count = ({ length }: readonly DeadMark[]): string =>
  `${length === 0 ? 'No' : length} dead letter${length === 1 ? '' : 's'}`

const print = (output: Output, answer: object): void => writeLines(output, jsonLine(answer))
