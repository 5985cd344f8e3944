import { readFile } from 'node:fs/promises'
import t from 'tap'
import type { Script } from '../../src/script/types.ts'
import { parseScript } from '../../src/script/parse.ts'
import { SCRIPT_VARIABLES } from '../../src/conversation/variables.ts'
import { event, postback } from './events.ts'
import { talk } from './talk.ts'

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')
const yaml = await read('bot.example.yaml')
const script: Script = parseScript(yaml, { file: 'bot.example.yaml', variables: SCRIPT_VARIABLES })
const checklist = await read('docs/operations.md')

const texts = (replies: readonly { message: { text?: string } }[]): string =>
  replies.map(({ message }) => JSON.stringify(message)).join('\n')

const LIKE = event({
  message: {
    mid: 'm_1',
    sticker_id: 369239263222822,
    attachments: [{ type: 'image', payload: { url: 'https://x.y', sticker_id: 369239263222822 } }],
  },
})
const PICTURE = event({
  message: { mid: 'm_1', attachments: [{ type: 'image', payload: { url: 'https://x.y' } }] },
})

/** What App Review asks of a bot's words (docs/operations.md): the script that ships has to pass as it is. */
t.test('any input is answered: text, quick replies, buttons, the menu, a picture, the thumb', async (t) => {
  t.match(checklist, 'The bot answers any input')
  const menu = (script.profile?.menu ?? []).flatMap((item) => ('reply' in item ? [item.reply] : []))
  const names = [...script.replies.keys()]
  t.ok(menu.length >= 4)
  for (const payload of [...menu, ...names, 'GET_STARTED', 'of an earlier script']) {
    const { replies } = await talk(yaml).happens(postback(payload))
    t.ok(replies.length > 0, payload)
  }
  for (const text of ['qwertz', 'stop', 'refund please', "what's your phone number", '?', '👍']) {
    t.ok((await talk(yaml).say(text)).length > 0, text)
  }
  t.ok((await talk(yaml).happens(PICTURE)).replies.length > 0, 'a picture')
  const thumb = await talk(yaml).happens(LIKE)
  t.match(texts(thumb.replies), /welcome/, 'the thumb, which means yes or thanks')
  t.notMatch(texts(thumb.replies), /did not understand/)
})

t.test('it says at the start that it is automated, however a visitor begins', async (t) => {
  t.match(checklist, 'The bot says that it is automated at the start')
  const iceBreakers = (script.profile?.iceBreakers ?? []).map(({ reply }) => postback(reply))
  const words = event({ message: { mid: 'm_1', text: 'when are you open?' } })
  for (const beginning of [postback('welcome'), words, LIKE, ...iceBreakers]) {
    const { replies } = await talk(yaml).happens(beginning)
    t.match(texts(replies), /automated/i)
  }
})

t.test('a person can be had from everywhere, and is promised for when there is one', async (t) => {
  t.match(checklist, 'A visitor can ask for a person')
  const people = [...script.replies.values()].filter(({ handover }) => handover).map(({ name }) => name)
  t.ok(people.length > 0)
  t.ok(
    people.some((name) =>
      (script.profile?.menu ?? []).some((item) => 'reply' in item && item.reply === name),
    ),
  )
  t.ok(
    people.some((name) => script.fallback.choices.includes(name)),
    'under what is not understood',
  )

  const said = async (iso: string): Promise<string> => {
    const { say, pass } = talk(yaml)
    pass(Date.parse(iso) - 1_790_000_000_000)
    return (await say('I want to talk to a person')).join(' ')
  }
  t.match(await said('2026-11-25T12:00:00Z'), /as soon as possible/)
  t.match(await said('2026-11-25T23:00:00Z'), /closed[^]*when we open again/)
})

t.test('a card leads to its own order: what it shows is not asked for again', async (t) => {
  const { say, last, happens } = talk(yaml)
  await say('what is new?')
  const payloads = [...JSON.stringify(last().replies).matchAll(/"payload":"((?:[^"\\]|\\.)*)"/g)].map(
    ([, text = '']) => JSON.parse(`"${text}"`) as string,
  )
  const [mug = '', scarf] = payloads.filter((payload) => payload.includes('reserve'))
  t.not(mug, scarf)
  const asked = (await happens(postback(mug))).replies.map(({ message }) => message.text)
  t.match(asked.at(-1), 'How many of them?')
})
