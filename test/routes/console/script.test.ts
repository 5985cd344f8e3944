import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SAMPLE_SCRIPT } from '../../../src/script/own-script.ts'
import { buildConsole, signedInTab } from '../../helpers/console.ts'
import { LIST, open, REPLIES, REPLY, scene, SCRIPT, TEXT, textIn, TRY } from './script-scene.ts'

t.test('replies are listed, and found by their name, title, phrases and texts', async (t) => {
  const { tab } = await scene(t)
  const { body } = await tab.get(LIST)
  t.match(body, /Opening hours<\/a[^]*From 9 to 18\.[^]*Find us<\/a[^]*At &lt;the&gt; square[^]*Fallback<\/a/)
  for (const words of ['find', 'WHERE you', 'square'])
    t.match((await tab.get(`${LIST}?q=${encodeURIComponent(words)}`)).body, /1 reply[^]*Find us<\/a/, words)
  t.match((await tab.get(`${LIST}?q=nothing`)).body, /No reply has these words/)
})

t.test('a reply is changed by its form, and comments and layout of the file stay', async (t) => {
  const { tab, script, log } = await scene(t)
  t.match((await open(tab, 'hours')).body, /How it looks[^]*From 9 to 18\.[^]*Find us/)
  const saved = await tab.submit(REPLY, { do: 'save', 'say.0': 'From 10 to 18: daily.', title: 'Hours' })
  t.match(saved, { statusCode: 303, headers: { location: `${REPLY}?name=hours&did=saved` } })
  t.equal(
    script(),
    SCRIPT.replace('Opening hours', 'Hours').replace('say: From 9 to 18.', "say: 'From 10 to 18: daily.'"),
  )
  t.match((await tab.get(saved.headers.location ?? '')).body, /Saved\.[^]*From 10 to 18: daily\./)
  t.notMatch(log(), /From 10/)
})

t.test(
  'a reply that would be wrong is not saved: what is wrong is told, and what was typed stays',
  async (t) => {
    const { tab, script } = await scene(t)
    await open(tab, 'hours')
    const refused = await tab.submit(REPLY, { do: 'save', 'choices.0': 'plce', 'say.0': 'typed <b>' })
    t.match(refused, {
      statusCode: 422,
      body: /found &quot;plce&quot;; expected the name of a reply[^]*place/,
    })
    t.match(refused.body, /\ntyped &lt;b&gt;<\/textarea/)
    t.equal(script(), SCRIPT)
  },
)

t.test('a reply is looked at before it is saved', async (t) => {
  const { tab, script } = await scene(t)
  await open(tab, 'hours')
  const { body } = await tab.submit(REPLY, { do: 'look', 'say.0': 'Shut.' })
  t.match(body, /id="looks"[^]*Shut\./)
  t.equal(script(), SCRIPT)
})

t.test('the fallback has a form, too', async (t) => {
  const { tab, script } = await scene(t)
  t.match((await tab.get(REPLY)).body, /<h2>Fallback<\/h2>[^]*Pardon\?/)
  await tab.submit(REPLY, { do: 'save', 'say.0': 'Sorry?' })
  t.match(script(), /fallback: \{ say: Sorry\? \}/)
})

t.test('two who change different replies do not disturb each other', async (t) => {
  const { tab, another, script } = await scene(t)
  const other = await another()
  await open(tab, 'hours')
  await open(other, 'place')
  await other.submit(REPLY, { do: 'save', 'say.0': 'Elsewhere.' })
  t.equal((await tab.submit(REPLY, { do: 'save', 'say.0': 'Shut.' })).statusCode, 303)
  t.match(script(), /say: Shut\.[^]*say: Elsewhere\./)
})

t.test(
  'the second of two who change one reply sees what is there now, and keeps what was typed',
  async (t) => {
    const { tab, another, script } = await scene(t)
    const other = await another()
    await open(tab, 'hours')
    await open(other, 'hours')
    await other.submit(REPLY, { do: 'save', 'say.0': 'Shut.' })
    const before = script()
    const refused = await tab.submit(REPLY, { do: 'save', 'say.0': 'Open.' })
    t.match(refused, {
      statusCode: 409,
      body: /This was changed after you opened it[^]*\nOpen\.<\/textarea[^]*now: <q[^>]*>Shut\./,
    })
    t.equal(script(), before)
    t.equal((await tab.submit(REPLY, { do: 'save', 'say.0': 'Open.' })).statusCode, 303)
    t.match(script(), /say: Open\./)
  },
)

t.test('a form that is posted twice, as by a double click, is done once and told as done', async (t) => {
  const { tab, another, script } = await scene(t)
  const twice = async (action: string, fields: Record<string, string>) => {
    const form = tab.page()
    const first = await tab.submit(action, fields)
    const once = script()
    t.equal(tab.page(), form)
    const second = await tab.submit(action, fields)
    t.equal(first.statusCode, 303, JSON.stringify(fields))
    t.match(second, { statusCode: 303, headers: { location: first.headers.location } }, second.body)
    t.equal(script(), once)
  }
  await tab.get(LIST)
  await twice(REPLIES, { do: 'make', name: 'news', phrase: 'what is new', say: 'Mugs.' })
  await twice(REPLIES, { do: 'add', reply: 'news', phrase: 'any news' })
  await open(tab, 'hours')
  await twice(REPLY, {
    do: 'save',
    'say.0': 'Shut.',
    'say.new': 'Tomorrow, too.',
    'when.new': 'are you shut',
  })
  await open(tab, 'news')
  await twice(REPLY, { do: 'remove' })
  const { body } = await tab.get(TEXT)
  await twice(TEXT, { do: 'save', text: textIn(body).replace('Pardon', 'Sorry') })

  await open(tab, 'hours')
  const stale = { do: 'save', 'say.0': 'Open.' }
  await tab.submit(REPLY, stale)
  const other = await another()
  await open(other, 'hours')
  await other.submit(REPLY, { do: 'save', 'say.0': 'Never.' })
  const theirs = script()
  t.match(
    await tab.submit(REPLY, stale),
    { statusCode: 409 },
    'what another person changed since is not undone',
  )
  t.equal(script(), theirs)
})

t.test('a reply is made, and taken out unless another leads to it', async (t) => {
  const { tab, script } = await scene(t)
  await tab.get(LIST)
  await tab.submit(REPLIES, { do: 'make', name: 'news', phrase: 'what is new', say: 'Mugs.' })
  t.match(script(), /news:\n {4}when: \["what is new"\]\n {4}say: "Mugs\."/)
  await open(tab, 'news')
  t.match(await tab.submit(REPLY, { do: 'remove' }), {
    statusCode: 303,
    headers: { location: /did=removed/ },
  })
  t.notMatch(script(), /news/)
  await open(tab, 'place')
  t.match(await tab.submit(REPLY, { do: 'remove' }), { statusCode: 422, body: /&quot;place&quot;/ })
  t.match(script(), /place:/)
})

t.test('what would make a mistake of the script is told in its words, and nothing is saved', async (t) => {
  const { tab, script } = await scene(t)
  const wrong: [Record<string, string>, RegExp][] = [
    [{ do: 'add', reply: 'place', phrase: 'Opening hours' }, /expected a phrase of one reply only/],
    [{ do: 'make', name: 'x', say: '{{nobody}}' }, /found [^]*nobody/],
    [{ do: 'make', name: 'x'.repeat(4000), say: 'x' }, /at most 1024/],
  ]
  for (const [fields, words] of wrong) {
    await tab.get(LIST)
    const answer = await tab.submit(REPLIES, fields)
    t.equal(answer.statusCode, 409)
    t.match(answer.body, words)
    t.match(answer.body, /Nothing was changed/)
  }
  t.equal(script(), SCRIPT)
})

t.test('a sentence is tried: which reply, why, what comes near, and how it looks', async (t) => {
  const { tab, script, log } = await scene(t)
  await tab.get(LIST)
  const { body } = await tab.submit(TRY, { text: 'when r u opn' })
  t.match(
    body,
    /hours<\/a> answers[^]*similar enough: \d+ %, and 63 % are needed[^]*From 9 to 18\.[^]*Find us/,
  )
  t.match(
    (await tab.submit(TRY, { text: 'do you <sell> bikes' })).body,
    /The fallback answers[^]*Nothing fits[^]*Pardon\?/,
  )
  await tab.submit(REPLIES, { do: 'add', reply: 'place', phrase: 'do you sell bikes' })
  t.match(script(), /when: \["where are you", "do you sell bikes"\]/)
  t.notMatch(log(), /bikes/)
})

t.test('each script has its pages, and each is changed by itself', async (t) => {
  const { tab, script } = await scene(t, {
    'bot.yaml': `${SCRIPT}pages: { '1001': tea.yaml }\n`,
    'tea.yaml': 'replies:\n  tea:\n    say: Tea.\n',
  })
  t.match(
    (await tab.get(LIST)).body,
    /aria-current="page"[^>]*><bdi>bot\.yaml[^]*tea\.yaml<\/bdi> <small>Page 1001/,
  )
  t.match((await tab.get(`${LIST}?script=tea.yaml`)).body, /tea<\/a>[^]*Tea\./)
  await tab.get(`${REPLY}?script=tea.yaml&name=tea`)
  await tab.submit(REPLY, { do: 'save', 'say.0': 'Green tea.' })
  t.match(script('tea.yaml'), /say: Green tea\./)
  t.match(script(), /^replies/)
  t.equal((await tab.get(`${LIST}?script=..%2Fother.yaml`)).statusCode, 404)
})

t.test('a script with mistakes is shown with them, and can be corrected as a text', async (t) => {
  const { tab, write, script } = await scene(t)
  write(SCRIPT.replace('say: From', 'sya: From'))
  t.match((await tab.get(LIST)).body, /The file has mistakes[^]*sya/)
  t.match((await tab.get(TEXT)).body, /Line 5<\/a/)
  t.equal((await tab.submit(TEXT, { do: 'save', text: SCRIPT })).statusCode, 303)
  t.equal(script(), SCRIPT)
})

t.test('the sample that comes with the program can be looked at and not changed', async (t) => {
  const { app } = await buildConsole(t, { env: { BOT_SCRIPT: SAMPLE_SCRIPT } })
  const tab = await signedInTab(app)
  const { body } = await open(tab, 'hours')
  t.match(body, /Nothing can be saved here\. This is the sample/)
  t.notMatch(body, /value="save"/)
  const before = readFileSync(SAMPLE_SCRIPT, 'utf8')
  t.match(await tab.submit(REPLY, { do: 'save', 'say.0': 'x' }), {
    statusCode: 409,
    body: /BOT_SCRIPT_READ_ONLY/,
  })
  t.equal(readFileSync(SAMPLE_SCRIPT, 'utf8'), before)
})

t.test(
  'where the earlier version cannot be stored, nothing is saved and the text stays in the tab',
  async (t) => {
    const { tab, script, dir } = await scene(t)
    writeFileSync(join(dir, 'evergreen.script-versions'), '')
    await open(tab, 'hours')
    t.match(await tab.submit(REPLY, { do: 'save', 'say.0': 'x' }), {
      statusCode: 409,
      body: /data-unsaved[^]*evergreen\.script-versions[^]*BOT_SCRIPT_READ_ONLY/,
    })
    t.equal(script(), SCRIPT)
  },
)

t.test('a form that says nothing of what it wants is refused', async (t) => {
  const { tab, script } = await scene(t)
  await tab.get(LIST)
  t.match(await tab.submit(REPLIES, { do: 'sell', name: 'x' }), { statusCode: 400 })
  await open(tab, 'hours')
  t.match(await tab.submit(REPLY, { do: 'save', version: '' }), { statusCode: 400 })
  t.match(await open(tab, 'gone'), { statusCode: 409 })
  t.equal(script(), SCRIPT)
})
