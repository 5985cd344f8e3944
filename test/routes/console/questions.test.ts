import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { OpenQuestion } from '../../../src/store/open-questions.ts'
import { openTestStore } from '../../helpers/store.ts'
import { createFakeClock } from '../../helpers/clock.ts'
import { buildConsole, signedInTab } from '../../helpers/console.ts'
import { signed, textCallback } from '../../helpers/sign.ts'
import { finishAll, newEvent } from '../../store/steps.ts'
import { until } from '../../helpers/until.ts'

const LIST = '/operator/questions'
const SCRIPT = `replies:
  hours:
    title: Opening hours
    when: [opening hours]   # daily
    say: From 9 to 18.
`

const asked = (text: string, more: Partial<OpenQuestion> = {}): OpenQuestion => ({
  mid: null,
  how: 'fallback',
  text,
  likeness: text.toLowerCase(),
  nearest: null,
  ...more,
})

const scene = async (t: Test, questions: readonly OpenQuestion[], env: Record<string, string> = {}) => {
  const dir = t.testdir()
  const script = join(dir, 'bot.yaml')
  writeFileSync(script, SCRIPT)
  const clock = createFakeClock()
  const store = await openTestStore({ file: join(dir, 'evergreen.db'), clock })
  await store.accept(questions.map((_, n) => newEvent(`m${n}`, { psid: `psid-${n}` })))
  let next = 0
  await finishAll(store, () => {
    const question = questions[next++]
    return { replies: [], ...(question && { question }) }
  })
  await store.close()
  const world = await buildConsole(t, { dir, env: { BOT_SCRIPT: script, ...env } })
  return { ...world, tab: await signedInTab(world.app), script: () => readFileSync(script, 'utf8') }
}

t.test('what was not understood is listed, the most frequent first, and never logged', async (t) => {
  const { tab, log } = await scene(t, [
    asked('do you sell <b>bikes</b>?'),
    asked('open on sunday?', { how: 'doubtful', nearest: { reply: 'hours', confidence: 0.7 } }),
    asked('open on sunday?', { how: 'doubtful', nearest: { reply: 'hours', confidence: 0.7 } }),
  ])
  const { body } = await tab.get(LIST)
  t.match(
    body,
    /open on sunday\?[^]*2 times[^]*answered with\s+<b>hours<\/b>[^]*70 %[^]*do you sell &lt;b&gt;bikes/,
  )
  t.match(body, /<option value="hours" selected>/)
  t.notMatch(log(), /sunday|bikes/)
})

t.test('where no reply comes near, none is chosen in advance, and the question can be dropped', async (t) => {
  const { tab } = await scene(t, [
    asked('do you sell bikes?'),
    asked('open on sunday?', { nearest: { reply: 'gone-since', confidence: 0.5 } }),
    asked('open on monday?', { nearest: { reply: 'hours', confidence: 0.5 } }),
  ])
  const { body } = await tab.get(LIST)
  const [, ...pickers] = body.split('<select name="reply" required>')
  const choices = pickers.map((text) => text.split('</select>')[0]?.includes('<option value="">'))
  t.same([choices.length, choices.filter((hasNone) => hasNone === true).length], [3, 2])
  t.equal(body.match(/value="drop" formnovalidate/g)?.length, 3)
})

t.test('one click adds the words to a reply, with the layout of the script kept', async (t) => {
  const { tab, app, script } = await scene(t, [asked('open on sunday?')])
  await tab.get(LIST)
  const answer = await tab.submit(LIST, { do: 'add', reply: 'hours' })
  t.match(answer, { statusCode: 303, headers: { location: /did=added&reply=hours/ } })
  t.equal(script(), SCRIPT.replace('[opening hours]', '[opening hours, "open on sunday?"]'))
  t.strictSame(await app.store.openQuestions.list({ limit: 10 }), [])
  t.match((await tab.get(answer.headers.location ?? '')).body, /Added to hours/)
})

t.test('a new reply is made of a question', async (t) => {
  const { tab, script } = await scene(t, [asked('open on sunday?')])
  await tab.get(LIST)
  await tab.submit(LIST, { do: 'make', name: 'sunday', say: 'No: see you on Monday.' })
  t.match(script(), '  sunday:\n    when: ["open on sunday?"]\n    say: "No: see you on Monday."')
})

t.test('a question is taken off the list, and nothing else is done to it', async (t) => {
  const { tab, app, script } = await scene(t, [asked('open on sunday?')])
  await tab.get(LIST)
  await tab.submit(LIST, { do: 'drop' })
  t.strictSame(await app.store.openQuestions.list({ limit: 10 }), [])
  await tab.get(LIST)
  t.match(tab.page(), /Nothing: the script had a sure reply/)
  t.equal(script(), SCRIPT)
})

t.test('a form that cannot be carried out is refused, and the question stays', async (t) => {
  const { tab, app, script } = await scene(t, [asked('open on sunday?')])
  await tab.get(LIST)
  const { page } = tab
  t.match(await tab.submit(LIST, { do: 'add', reply: 'gone' }), { statusCode: 409 })
  t.ok(page())
  await tab.get(LIST)
  t.match(await tab.submit(LIST, { do: 'make', name: 'sunday', say: '' }), { statusCode: 400 })
  await tab.get(LIST)
  t.match(await tab.submit(LIST, { do: 'sell' }), { statusCode: 400 })
  await tab.get(LIST)
  t.match(await tab.submit(LIST, { do: 'make', name: 'sunday', say: 'Dear {{whoever}}' }), {
    statusCode: 409,
    body: /The script would have a mistake: found [^]*whoever[^]*put it differently/,
  })
  t.equal((await app.store.openQuestions.list({ limit: 10 })).length, 1)
  t.equal(script(), SCRIPT)
})

t.test('with KEEP_QUESTIONS_DAYS=0 nothing is kept, and the page says so', async (t) => {
  const { tab } = await scene(t, [], { KEEP_QUESTIONS_DAYS: '0' })
  t.match((await tab.get(LIST)).body, /Nothing is kept: KEEP_QUESTIONS_DAYS is 0/)
})

t.test('from question to answer: the owner adds it to a reply, and the next visitor gets that', async (t) => {
  const { app, clock, tab } = await scene(t, [])
  let asked = 0
  const ask = (text: string, psid: string) =>
    app.inject(signed(textCallback(text, `m_${(asked += 1)}`, { pageId: '100', psid })))
  const answered = async (psid: string): Promise<string> => {
    let page = ''
    await until(async () => {
      const { body, statusCode } = await tab.get(`/operator/conversation?page=100&psid=${psid}`)
      page = body
      return statusCode === 200 && /class="bot"/.test(body)
    })
    return page
  }
  await ask('can i bring my dog', '701')
  t.match(await answered('701'), /Sorry, I did not understand that/)

  t.match((await tab.get(LIST)).body, /can i bring my dog/)
  const hasChanged = new Promise<void>((resolve) => app.conversation.onScript(resolve))
  await tab.submit(LIST, { do: 'make', name: 'dogs', say: 'Dogs are welcome.' })
  for (let changed = false; !changed;) {
    await clock.advance(500)
    changed = await Promise.race([
      hasChanged.then(() => true),
      new Promise<false>((resolve) => setImmediate(resolve, false)),
    ])
  }

  await ask('May I bring my dog?', '702')
  t.match(await answered('702'), /Dogs are welcome\./)
})
