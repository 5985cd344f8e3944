import { plural } from '../base/numbers.ts'
import { ScriptError } from '../script/mistakes.ts'
import { remarksOn, type Remark } from '../script/remarks.ts'
import type { Script } from '../script/types.ts'
import type { Env } from '../base/config.ts'
import { jsonLine, plainLine } from '../terminal/terminal-text.ts'
import { command, EXIT, writeLines, wrongUsage, type Io, type Output } from './command.ts'
import { fileOfPage, ownScript, readBytes, readScript } from './read-script.ts'

export const scriptCheck = command({
  name: 'script:check',
  about:
    'Reads a script and those that it names for Pages, and tells every mistake with its place, and what may be meant otherwise.',
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
    const main = await judge(file, env, null)
    const script = 'script' in main ? main.script : null
    const others = script === null ? [] : filesOfPages(file, script)
    const judged = [main, ...(await Promise.all(others.map((other) => judge(other, env, file))))]
    if (values.json === true) {
      const [told, ...pages] = judged.map(toJson)
      stdout.write(`${jsonLine({ ...told, ...(pages.length > 0 && { pages }) })}\n`)
    } else for (const one of judged) tell(one, { stdout, stderr })
    return judged.every((one) => 'script' in one) ? EXIT.done : EXIT.failed
  },
})

/** A script and the result of reading it. */
type Judged = { file: string } & ({ script: Script; remarks: Remark[] } | { error: ScriptError })

const judge = async (file: string, env: Env, main: string | null): Promise<Judged> => {
  try {
    const script = await readScript(file, env, main)
    return { file, script, remarks: remarksOn(await readBytes(file), file) }
  } catch (error) {
    if (error instanceof ScriptError) return { file, error }
    throw error
  }
}

const filesOfPages = (main: string, script: Script): string[] => [
  ...new Set([...script.pages.keys()].flatMap((pageId) => fileOfPage(main, script, pageId) ?? [])),
]

const toJson = (judged: Judged) =>
  'script' in judged
    ? { file: judged.file, mistakes: [], remarks: judged.remarks, ...summaryOf(judged.script) }
    : { file: judged.file, mistakes: judged.error.mistakes }

const tell = (judged: Judged, { stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>): void => {
  if ('error' in judged) {
    print(stderr, judged.error.message)
    return
  }
  const { file, script, remarks } = judged
  print(stdout, `${file} is fine: ${sentence(summaryOf(script))}.`)
  if (remarks.length === 0) return
  print(stdout, `Look at ${plural(remarks.length, 'place')} that may say something else than you mean:`)
  for (const { line, column, says } of remarks) print(stdout, `  ${file}:${line}:${column}: ${says}`)
}

/** The name of a file, and the script that is quoted, may hold escape sequences. */
const print = (output: Output, text: string): void => writeLines(output, ...text.split('\n').map(plainLine))

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
    plural(replies, 'reply', 'replies'),
    plural(phrases, 'phrase'),
    plural(patterns, 'pattern'),
    plural(forms, 'form'),
    languages.length === 1 ? `in ${languages[0]}` : `in ${languages.join(', ')}`,
  ].join(', ')
