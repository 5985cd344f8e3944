import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The program's sample script. An upgrade may replace it, because operators copy it and do not edit it. */
export const SAMPLE_SCRIPT = fileURLToPath(new URL('../../bot.example.yaml', import.meta.url))

/** The script's file, unless BOT_SCRIPT names another one. */
export const OWN_SCRIPT = 'bot.yaml'

/** The script file to read, and its origin (`made`). */
export interface OwnScript {
  file: string
  /** `before`: it was there. `copied`: copied from the sample just now. `sample`: the sample itself, because no copy can be made. */
  made: 'before' | 'copied' | 'sample'
}

/** Copies the sample where there is no script yet. A missing file of another name is refused by its reader. */
export const makeOwnScript = (file: string): OwnScript => {
  if (!isYetToBeMade(file)) return { file, made: 'before' }
  try {
    writeFileSync(file, sampleScriptFor(schemaFrom(dirname(resolve(file)))), { flag: 'wx' })
    return { file, made: 'copied' }
  } catch (error) {
    // A disk that got full leaves half a script, which the next start would take for one of the operator.
    if (error instanceof Error && 'syscall' in error && error.syscall === 'write')
      rmSync(file, { force: true })
    // Otherwise another process was faster, or the folder is read-only.
    return isInPlace(file) ? { file, made: 'before' } : { file: SAMPLE_SCRIPT, made: 'sample' }
  }
}

/** @param schema - path of the schema for editors, from the folder of the script */
export const sampleScriptFor = (schema: string): string =>
  readFileSync(SAMPLE_SCRIPT, 'utf8').replace('$schema=./bot.schema.json', () => `$schema=${schema}`)

/** The script that the bot would use if it were started now, for commands that only read. */
export const scriptToRead = (file: string): string => (isYetToBeMade(file) ? SAMPLE_SCRIPT : file)

const isYetToBeMade = (file: string): boolean => {
  const path = resolve(file)
  const usual = [resolve(OWN_SCRIPT), resolve(dirname(SAMPLE_SCRIPT), OWN_SCRIPT)]
  return usual.includes(path) && !isInPlace(path)
}

/**
 * A link counts wherever it leads: behind it is a script of the operator, whose disk may be missing now, and the bot must not say
 * what the sample says instead.
 */
const isInPlace = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false }) !== undefined

const schemaFrom = (folder: string): string => {
  const path = relative(folder, join(dirname(SAMPLE_SCRIPT), 'bot.schema.json'))
    .split(sep)
    .join('/')
  return path.startsWith('.') ? path : `./${path}`
}
