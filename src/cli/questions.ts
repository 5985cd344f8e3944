import type { OpenQuestionGroup } from '../store/open-questions.ts'
import { jsonLine, plainLine } from '../terminal/terminal-text.ts'
import { command, EXIT, wrongUsage } from './command.ts'
import { withStore } from './with-store.ts'

const USUAL_LIMIT = 50

export const questions = command({
  name: 'questions',
  about: 'What visitors wrote and the script had no sure reply for, the most frequent first.',
  usage: [
    ['npm run questions', 'the 50 most frequent'],
    ['npm run --silent questions -- --json', 'one JSON object a line'],
    ['npm run questions -- --drop LIKENESS', 'throws away those that ask the same'],
  ],
  options: {
    page: { type: 'string', value: 'ID', about: 'of one Page only' },
    limit: { type: 'string', value: 'N', about: 'how many; 50 when left out' },
    drop: { type: 'string', value: 'LIKENESS', about: 'throw away; the likeness stands in the JSON' },
    json: { type: 'boolean', harmless: true, about: 'print one JSON object a line' },
  },
  notes: `Works while the bot runs and while it does not. Visitors' words are in it; the log has none of them.
KEEP_QUESTIONS_DAYS says how long they are kept, 0 keeps none.`,
  exit: '0 done, 1 failed or no question has that likeness, 2 wrong usage.',
  noPlain: () => wrongUsage('It takes options only.'),
  run: async ({ values: { page, limit = String(USUAL_LIMIT), drop, json } }, { env, stdout, stderr }) => {
    if (drop !== undefined) {
      const dropped = await withStore(env, (store) => store.openQuestions.drop(drop))
      stdout.write(`${dropped} thrown away.\n`)
      if (dropped > 0) return EXIT.done
      stderr.write('No question has that likeness.\n')
      return EXIT.failed
    }
    if (!/^[1-9]\d{0,4}$/.test(limit)) wrongUsage('--limit needs a whole number from 1 to 99999.')
    const groups = await withStore(env, (store) =>
      store.openQuestions.list({ pageId: page, limit: Number(limit) }),
    )
    if (groups.length === 0) stderr.write('There are none: the script had a sure reply for everything.\n')
    for (const group of groups) stdout.write(json === true ? `${jsonLine(toJson(group))}\n` : said(group))
    return EXIT.done
  },
})

const toJson = ({ lastMs, ...group }: OpenQuestionGroup) => ({
  ...group,
  last: new Date(lastMs).toISOString(),
})

const said = ({ count, texts, how, nearest, answer }: OpenQuestionGroup): string => {
  const [text = '', ...others] = texts.map(inOneLine)
  const near =
    nearest === null
      ? 'nothing comes near'
      : `${how === 'doubtful' ? 'answered with' : 'nearest'} ${nearest.reply} (${Math.round(nearest.confidence * 100)} %)`
  const also = others.length === 0 ? '' : `\n        also: ${others.join(' · ')}`
  const told = answer === undefined ? '' : `\n        the language model answered: ${inOneLine(answer)}`
  return `${String(count).padStart(6)}  ${text}\n        ${near}${told}${also}\n`
}

const inOneLine = (text: string): string => plainLine(text).replace(/\s+/g, ' ')
