import { closeSync, existsSync, openSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { codeOf } from '../base/error-code.ts'
import { BotError } from '../base/errors.ts'
import { isBot, type Bot } from './bot.ts'

/** The specifier that handlers import. Node resolves the package's own name only inside the package, hence the hook. */
const API = 'evergreen-messenger/handlers'
const API_URL = new URL('./public-api.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === API ? { url: API_URL, shortCircuit: true } : next(specifier, context),
})

/**
 * Loads the module with the code handlers.
 *
 * @throws BotError `BOT_HANDLERS_INVALID` when it cannot be loaded, or exports no `bot`
 */
export const loadHandlers = async (file: string): Promise<Bot> => {
  if (!isReachable(file))
    throw new BotError('BOT_HANDLERS_INVALID', `The handlers in ${file} cannot be read (EACCES).`, {
      remedy: 'Let the user of the bot read the file and enter its folder.',
    })
  if (!existsSync(file))
    throw new BotError('BOT_HANDLERS_INVALID', `There is no file ${file} with handlers.`, {
      remedy: 'Make BOT_HANDLERS its path, as seen from the folder in which the bot is started.',
    })
  let loaded: object
  try {
    loaded = (await import(pathToFileURL(resolve(file)).href)) as object
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const place = placeOf(error)
    const isUnplaced = place === '' && error instanceof SyntaxError && file.endsWith('js')
    throw new BotError(
      'BOT_HANDLERS_INVALID',
      `The handlers in ${file} cannot be loaded: ${reason}${place}`,
      {
        cause: error,
        remedy: isUnplaced
          ? `Run \`node --check ${file}\` to see the line, or on each file that it imports.`
          : 'Correct the file that BOT_HANDLERS names; docs/handlers.md shows what it holds.',
      },
    )
  }
  const bot: unknown = 'bot' in loaded ? loaded.bot : undefined
  if (isBot(bot)) return bot
  throw new BotError('BOT_HANDLERS_INVALID', `${file} exports no "bot" made by defineBot.`, {
    remedy: 'Write `export const bot = defineBot()` in it, as docs/handlers.md shows.',
  })
}

/** Whether this user may look for the file and read it. `existsSync` takes a file that it may not look for as missing. */
const isReachable = (file: string): boolean => {
  try {
    closeSync(openSync(file, 'r'))
    return true
  } catch (error) {
    return codeOf(error) !== 'EACCES'
  }
}

/** Matches a file and a line: for a syntax error at the beginning of the stack, else in each line of it. */
const PLACE = /^(?: +at (?:.*\()?)?((?:file:|\/|[A-Za-z]:[\\/]).*?:\d+)(?::\d+)?\)?$/gm

/**
 * The place of the error in the operator's own files, as ` (FILE:LINE)`, because messages of syntax errors do not have it. Empty
 * if the stack has none.
 */
const placeOf = (error: unknown): string => {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const places = [...stack.matchAll(PLACE)].map(([, place = '']) =>
    place.startsWith('file:') ? fileURLToPath(place) : place,
  )
  const own = places.find(
    (place) => !place.startsWith(import.meta.dirname) && !place.includes('node_modules'),
  )
  return own === undefined ? '' : ` (${own})`
}
