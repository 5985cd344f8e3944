import { parseArgs } from 'node:util'
import { SCRIPT_VARIABLES } from '../src/conversation/variables.ts'
import { MAX_SCRIPT_BYTES } from '../src/script/limits.ts'
import { ScriptError } from '../src/script/mistakes.ts'
import { parseScript } from '../src/script/parse.ts'
import type { Script } from '../src/script/types.ts'
import { mediaSizes } from '../src/script/media-files.ts'
import { readScript } from '../src/cli/commands/read-script.ts'
import { runCommand, wrongUsage } from '../src/cli/commands/run.ts'

const USAGE = `Reads a script as the bot would, and tells every mistake with its place.

  npm run script:check                the script that BOT_SCRIPT names, or bot.yaml
  npm run script:check -- FILE
  npm run --silent script:check -- FILE --json

Exit code: 0 fine, 1 it has mistakes, 2 wrong usage or no such file.
`

const readArguments = () => {
  try {
    return parseArgs({
      args: process.argv.slice(2),
      options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
  } catch (error) {
    return wrongUsage(error instanceof Error ? error.message : String(error))
  }
}

const summaryOf = (script: Script) => {
  const replies = [...script.replies.values()]
  return {
    replies: replies.length,
    phrases: replies.reduce((sum, { phrases }) => sum + phrases.length, 0),
    patterns: replies.reduce((sum, { patterns }) => sum + patterns.length, 0),
    forms: replies.filter(({ form }) => form !== null).length,
    languages: script.languages,
  }
}

const sentence = ({ replies, phrases, patterns, forms, languages }: ReturnType<typeof summaryOf>): string =>
  [
    count(replies, 'reply', 'replies'),
    count(phrases, 'phrase', 'phrases'),
    count(patterns, 'pattern', 'patterns'),
    count(forms, 'form', 'forms'),
    languages.length === 1 ? `in ${languages[0]}` : `in ${languages.join(', ')}`,
  ].join(', ')

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`

await runCommand(async () => {
  const { values, positionals } = readArguments()
  if (values.help === true) {
    process.stdout.write(USAGE)
    return 0
  }
  if (positionals.length > 1) wrongUsage('It checks one file at a time.')
  const file = positionals[0] ?? process.env['BOT_SCRIPT'] ?? 'bot.yaml'
  const content = await readScript(file)
  try {
    const script = parseScript(content.subarray(0, MAX_SCRIPT_BYTES + 1), {
      file,
      variables: SCRIPT_VARIABLES,
      sizeOf: mediaSizes(file),
    })
    const summary = summaryOf(script)
    if (values.json === true) console.log(JSON.stringify({ file, mistakes: [], ...summary }))
    else console.log(`${file} is fine: ${sentence(summary)}.`)
    return 0
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error
    if (values.json === true) console.log(JSON.stringify({ file, mistakes: error.mistakes }))
    else console.error(error.message)
    return 1
  }
})
