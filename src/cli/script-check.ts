import { SCRIPT_VARIABLES } from '../conversation/variables.ts'
import { MAX_SCRIPT_BYTES } from '../script/limits.ts'
import { mediaLooks } from '../script/media-files.ts'
import { ScriptError } from '../script/mistakes.ts'
import { parseScript } from '../script/parse.ts'
import type { Script } from '../script/types.ts'
import { command, EXIT, wrongUsage } from './command.ts'
import { dataDirOf, ownScript, readScript } from './read-script.ts'

export const scriptCheck = command({
  name: 'script:check',
  about: 'Reads a script as the bot would, and tells every mistake with its place.',
  usage: [
    ['npm run script:check', 'the script that BOT_SCRIPT names, or bot.yaml'],
    ['npm run script:check -- FILE', 'this one'],
    ['npm run --silent script:check -- FILE --json', 'for scripts'],
  ],
  options: { json: { type: 'boolean', harmless: true, about: 'print one JSON object' } },
  exit: '0 fine, 1 it has mistakes, 2 wrong usage or no such file.',
  run: async ({ values, plain }, { env, stdout, stderr }) => {
    if (plain.length > 1) wrongUsage('It checks one file at a time.')
    const file = plain[0] ?? ownScript(env)
    const content = await readScript(file)
    try {
      const script = parseScript(content.subarray(0, MAX_SCRIPT_BYTES + 1), {
        file,
        variables: SCRIPT_VARIABLES,
        lookAt: mediaLooks({ script: file, dataDir: dataDirOf(env) }),
      })
      const summary = summaryOf(script)
      if (values.json === true) stdout.write(`${JSON.stringify({ file, mistakes: [], ...summary })}\n`)
      else stdout.write(`${file} is fine: ${sentence(summary)}.\n`)
      return EXIT.done
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error
      if (values.json === true) stdout.write(`${JSON.stringify({ file, mistakes: error.mistakes })}\n`)
      else stderr.write(`${error.message}\n`)
      return EXIT.failed
    }
  },
})

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
