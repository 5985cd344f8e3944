import { percent } from '../base/numbers.ts'
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { Explanation } from '../conversation/explain.ts'
import { createTrial } from '../editing/trial.ts'
import type { Reply } from '../messages.ts'
import { jsonLine } from '../terminal/terminal-text.ts'
import { command, EXIT, wrongUsage } from './command.ts'
import { fileOfPage, ownScript, readScript } from './read-script.ts'

export const ask = command({
  name: 'ask',
  about: 'Tells which reply a visitor would get, why, and what the bot would say.',
  usage: [
    ['npm run ask -- "when r u open"', ''],
    ['npm run ask -- --script FILE "when r u open"', ''],
    ['npm run --silent ask -- --json "when r u open"', ''],
  ],
  options: {
    script: {
      type: 'string',
      value: 'FILE',
      about: 'this script instead of the one that BOT_SCRIPT names, or bot.yaml',
    },
    page: {
      type: 'string',
      value: 'ID',
      about: 'as a visitor of this Page, which may have a script of its own',
    },
    json: { type: 'boolean', harmless: true, about: 'print one JSON object' },
  },
  notes: 'The visitor is a new one called Kim. Code handlers are not asked.',
  exit: '0 a reply, 1 the fallback or a wrong script, 2 wrong usage.',
  run: async ({ values, plain }, { env, stdout }) => {
    const text = plain.join(' ').trim()
    if (text === '') wrongUsage('It needs what the visitor writes, in quotes.')
    const file = values.script ?? ownScript(env)
    const main = await readScript(file, env)
    const own = values.page === undefined ? null : fileOfPage(file, main, values.page)
    const script = own === null ? main : await readScript(own, env, file)
    const page = { pageId: values.page ?? null, pageName: null }
    const found = await createTrial({ now: () => Date.now() }).sentence(script, text, page)
    stdout.write(`${values.json === true ? jsonLine(found) : inWords(found).join('\n')}\n`)
    return found.reply === null ? EXIT.failed : EXIT.done
  },
})

const REASONS: Record<Explanation['how'], string> = {
  phrase: 'the same phrase stands under its "when"',
  title: 'it is what its button says',
  pattern: 'one of its patterns fits',
  similar: 'one of its phrases is similar enough',
  fallback: 'nothing fits',
}

const inWords = (found: Explanation & { says: Reply[] }): string[] => {
  const { reply, how, confidence, needed, groups, nearest, says } = found
  const caught = Object.entries(groups).map(([name, value]) => `  {{${name}}} is "${value}"`)
  const others = nearest.filter((one) => one.reply !== reply)
  return [
    `${reply ?? 'the fallback'}: ${REASONS[how]}${how === 'similar' ? ` (${percent(confidence)}, ${percent(needed)} are needed)` : ''}`,
    ...caught,
    ...others.map((one) => `  then ${one.reply}: ${percent(one.confidence)} similar`),
    ...says.map((one) => `the bot: ${shown(one).replaceAll('\n', '\n         ')}`),
  ]
}

/** The text of a message or the kind of its attachment; buttons and quick replies stand in brackets. */
const shown = ({ message, media }: Reply): string => {
  const { text, attachment, quick_replies: choices = [] } = message
  const payload = attachment?.payload ?? {}
  const elements = objectsIn(payload['elements'])
  const titles = elements.flatMap(({ title }) => textOf(title) ?? []).join(', ')
  const kind = media?.type ?? textOf(payload['template_type']) ?? attachment?.type ?? 'nothing'
  const words = text ?? textOf(payload['text']) ?? (titles === '' ? `(${kind})` : titles)
  const buttons = [...objectsIn(payload['buttons']), ...elements.flatMap((one) => objectsIn(one['buttons']))]
  const offers = [...buttons, ...choices].flatMap(({ title }) => textOf(title) ?? [])
  return [words, ...new Set(offers.map((title) => `[${title}]`))].join(' ')
}

const textOf = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)

const objectsIn = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : []
