import { parseArgs } from 'node:util'
import { explain, type Explanation } from '../src/conversation/explain.ts'
import { parseScript } from '../src/script/parse.ts'
import { SCRIPT_VARIABLES } from '../src/conversation/variables.ts'
import { mediaSizes } from '../src/script/media-files.ts'
import { readScript } from '../src/cli/commands/read-script.ts'
import { runCommand, wrongUsage } from '../src/cli/commands/run.ts'

const USAGE = `Tells which reply a visitor would get, and why.

  npm run ask -- "when r u open"
  npm run ask -- --script FILE "when r u open"
  npm run --silent ask -- --json "when r u open"

Without --script it is the script that BOT_SCRIPT names, or bot.yaml. What code handlers would say is not looked at.
Exit code: 0 a reply, 1 the fallback or a wrong script, 2 wrong usage.
`

const readArguments = () => {
  try {
    return parseArgs({
      args: process.argv.slice(2),
      options: {
        script: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    })
  } catch (error) {
    return wrongUsage(error instanceof Error ? error.message : String(error))
  }
}

const REASONS: Record<Explanation['how'], string> = {
  phrase: 'the same phrase stands under its "when"',
  title: 'it is what its button says',
  pattern: 'one of its patterns fits',
  similar: 'one of its phrases is similar enough',
  fallback: 'nothing fits',
}

const inWords = (found: Explanation): string[] => {
  const { reply, how, confidence, needed, groups, nearest } = found
  const caught = Object.entries(groups).map(([name, value]) => `  {{${name}}} is "${value}"`)
  const others = nearest.filter((one) => one.reply !== reply)
  return [
    `${reply ?? 'the fallback'}: ${REASONS[how]}${how === 'similar' ? ` (${percent(confidence)}, ${percent(needed)} are needed)` : ''}`,
    ...caught,
    ...others.map((one) => `  then ${one.reply}: ${percent(one.confidence)} similar`),
  ]
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

await runCommand(async () => {
  const { values, positionals } = readArguments()
  if (values.help === true) {
    process.stdout.write(USAGE)
    return 0
  }
  const text = positionals.join(' ').trim()
  if (text === '') wrongUsage('It needs what the visitor writes, in quotes.')
  const file = values.script ?? process.env['BOT_SCRIPT'] ?? 'bot.yaml'
  const content = await readScript(file)
  const found = explain(
    parseScript(content, { file, variables: SCRIPT_VARIABLES, sizeOf: mediaSizes(file) }),
    text,
  )
  if (values.json === true) console.log(JSON.stringify(found))
  else for (const line of inWords(found)) console.log(line)
  return found.reply === null ? 1 : 0
})
