import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The script that comes with the program. Operators copy it and do not edit it, so an upgrade may replace it. */
export const SAMPLE_SCRIPT = fileURLToPath(new URL('../../bot.example.yaml', import.meta.url))

/** Where a script of one's own is looked for, unless BOT_SCRIPT names another file. */
export const OWN_SCRIPT = 'bot.yaml'

/** What to read as the script; `made` says how it came about. */
export interface OwnScript {
  file: string
  /** `copied`: of the sample, just now. `sample`: the sample itself, as no copy can be made. */
  made: 'before' | 'copied' | 'sample'
}

/** Makes the script from the sample where there is none yet. A missing file of another name is left to its reader to refuse. */
export const makeOwnScript = (file: string): OwnScript => {
  if (!isYetToBeMade(file)) return { file, made: 'before' }
  try {
    writeFileSync(file, sampleScriptFor(schemaFrom(dirname(resolve(file)))), { flag: 'wx' })
    return { file, made: 'copied' }
  } catch {
    // Another process was faster, or the folder cannot be written to.
    return existsSync(file) ? { file, made: 'before' } : { file: SAMPLE_SCRIPT, made: 'sample' }
  }
}

/** @param schema - where an editor finds the schema, from the folder of the script */
export const sampleScriptFor = (schema: string): string =>
  readFileSync(SAMPLE_SCRIPT, 'utf8').replace('$schema=./bot.schema.json', () => `$schema=${schema}`)

/** What the bot would say if it were started now, for those who only look. */
export const scriptToRead = (file: string): string => (isYetToBeMade(file) ? SAMPLE_SCRIPT : file)

const isYetToBeMade = (file: string): boolean => {
  const path = resolve(file)
  const usual = [resolve(OWN_SCRIPT), resolve(dirname(SAMPLE_SCRIPT), OWN_SCRIPT)]
  return usual.includes(path) && !existsSync(path)
}

const schemaFrom = (folder: string): string => {
  const path = relative(folder, join(dirname(SAMPLE_SCRIPT), 'bot.schema.json'))
    .split(sep)
    .join('/')
  return path.startsWith('.') ? path : `./${path}`
}
