import { existsSync } from 'node:fs'
import { systemClock } from '../src/base/clock.ts'
import { loadConfig, withDotEnv } from '../src/base/config.ts'
import { BotError } from '../src/base/errors.ts'
import { openSqliteStore } from '../src/store/sqlite/adapter.ts'
import { databaseIn } from '../src/store/sqlite/data-dir.ts'
import type { DeadLetter, DeadLetters, DeadMark } from '../src/store/store.ts'
import { readArguments, USAGE, type Arguments } from '../src/cli/dead-letters/arguments.ts'
import { isClosed, toJson, toLines, toPage, warningOf } from '../src/cli/dead-letters/print.ts'

const EXIT = { done: 0, failed: 1, usage: 2 }
const LATEST = 20
const PAGE_OF_ALL = 200

/** @returns the exit code */
const main = async (): Promise<number> => {
  const wanted = readArguments(process.argv.slice(2))
  if (wanted.help) {
    process.stdout.write(USAGE)
    return EXIT.done
  }
  const { DATA_DIR } = loadConfig(withDotEnv(process.env), ['DATA_DIR', 'DATABASE_URL'])
  const file = databaseIn(DATA_DIR)
  // Looking must not make a database where there is none.
  if (!existsSync(file)) throw noDatabase(file)
  const store = await openSqliteStore({
    file,
    clock: systemClock,
    onExit: (error) => {
      throw error
    },
  })
  try {
    return await COMMANDS[wanted.command](store.deadLetters, wanted)
  } finally {
    await store.close()
  }
}

const list = async (letters: DeadLetters, { all, pageId, json }: Arguments): Promise<number> => {
  const found = await latest(letters, pageId, all)
  if (json) print({ deadLetters: found.letters.map((letter) => toJson(letter, false)), more: found.more })
  else if (found.letters.length === 0) console.log('There are no dead letters.')
  else {
    for (const letter of found.letters) console.log(toLines(letter).join('\n'))
    if (found.more) console.log(`There are more; --all shows every one.`)
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

const show = async (letters: DeadLetters, { ids: [id = ''], json }: Arguments): Promise<number> => {
  const letter = await letters.get(id)
  if (letter === null) return missing([id])
  if (json) print(toJson(letter, true))
  else console.log(toPage(letter).join('\n'))
  return EXIT.done
}

const retry = async (letters: DeadLetters, wanted: Arguments): Promise<number> => {
  const marks = await letters.retry(selectionOf(wanted))
  const nowMs = Date.now()
  const lost = missingOf(wanted, marks)
  if (wanted.json) {
    const retried = marks.map(({ id, pageId, windowEndsMs }) => ({
      id,
      pageId,
      windowOpen: !isClosed(windowEndsMs, nowMs),
    }))
    print({ retried, missing: lost })
  } else {
    console.log(`${count(marks)} put back into the outbox.`)
    const warnings = marks.flatMap((mark) => warningOf(mark, nowMs) ?? [])
    for (const warning of warnings) console.log(warning)
    if (marks.length > warnings.length)
      console.log('A running bot sends within a second; otherwise the next start does.')
  }
  return missing(lost)
}

const drop = async (letters: DeadLetters, wanted: Arguments): Promise<number> => {
  const marks = await letters.drop(selectionOf(wanted))
  const lost = missingOf(wanted, marks)
  if (wanted.json) print({ dropped: marks.map(({ id, pageId }) => ({ id, pageId })), missing: lost })
  else console.log(`${count(marks)} thrown away.`)
  return missing(lost)
}

const COMMANDS = { list, show, retry, drop }

const selectionOf = ({ ids, all, pageId }: Arguments) => (all ? { all, pageId } : { ids })

const missingOf = ({ ids }: Arguments, marks: readonly DeadMark[]): string[] => {
  const done = new Set(marks.map(({ id }) => id))
  return ids.filter((id) => !done.has(id))
}

const missing = (ids: readonly string[]): number => {
  for (const id of ids) console.error(`There is no dead letter ${id}.`)
  return ids.length > 0 ? EXIT.failed : EXIT.done
}

const count = ({ length }: readonly DeadMark[]): string =>
  `${length === 0 ? 'No' : length} dead letter${length === 1 ? '' : 's'}`

const print = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`)

const noDatabase = (file: string): BotError =>
  new BotError('BOT_STORE_UNAVAILABLE', `There is no database at ${file} yet.`, {
    remedy:
      'Check DATA_DIR, and run this where the bot runs; the bot makes the database when it first starts.',
  })

try {
  process.exitCode = await main()
} catch (error) {
  process.exitCode = error instanceof BotError && error.code === 'BOT_USAGE' ? EXIT.usage : EXIT.failed
  const known = error instanceof BotError
  console.error(known ? error.message : error)
  if (known && error.remedy !== undefined) console.error(error.remedy)
}
