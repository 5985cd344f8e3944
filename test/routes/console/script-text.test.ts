import t from 'tap'
import { open, REPLY, scene, SCRIPT, TEXT, textIn, VERSIONS } from './script-scene.ts'

t.test('the whole text is saved as it was typed, also what turns a text about', async (t) => {
  const { tab, script } = await scene(t)
  const odd = SCRIPT.replace('Pardon?', "'\u200fשלום\u200f &amp; <textarea>'").replace(
    '# daily',
    '# every day',
  )
  t.equal(
    textIn((await tab.get(TEXT)).body)
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>'),
    SCRIPT,
  )
  t.equal((await tab.submit(TEXT, { do: 'save', text: odd.replaceAll('\n', '\r\n') })).statusCode, 303)
  t.equal(script(), odd)
  t.match((await tab.get(TEXT)).body, /\u200fשלום\u200f &amp;amp; &lt;textarea&gt;/)
})

t.test('mistakes in the text are told as script:check tells them, and nothing is saved', async (t) => {
  const { tab, script } = await scene(t)
  await tab.get(TEXT)
  const wrong = SCRIPT.replace('    say: From 9', '    sya: From 9')
  for (const [what, statusCode] of [
    ['check', 200],
    ['save', 422],
  ] as const) {
    const { statusCode: got, body } = await tab.submit(TEXT, { do: what, text: wrong })
    t.equal(got, statusCode)
    t.match(
      body,
      /data-line="5">Line 5<\/a[^]*found the key &quot;sya&quot;[^]*say[^]*<code>\s*sya: From 9/,
      what,
    )
    t.match(textIn(body), /sya: From/)
  }
  t.equal(script(), SCRIPT)
  t.match((await tab.submit(TEXT, { do: 'check', text: SCRIPT })).body, /No mistakes\. It is not saved yet/)
})

t.test(
  'what a right text may mean otherwise is told at its line, before and after it is saved',
  async (t) => {
    const { tab } = await scene(t)
    t.notMatch((await tab.get(TEXT)).body, /something else than you mean/)
    const doubtful = SCRIPT.replace('say: From 9 to 18.', 'say: Gate #1')
    const checked = (await tab.submit(TEXT, { do: 'check', text: doubtful })).body
    t.match(checked, /No mistakes/)
    t.match(checked, /1 place may say something else[^]*data-line="\d+"[^]*ends before &quot;#1&quot;/)
    t.equal((await tab.submit(TEXT, { do: 'save', text: doubtful })).statusCode, 303)
    t.match((await tab.get(TEXT)).body, /ends before &quot;#1&quot;/)
  },
)

t.test('a text that another has changed meanwhile is not overwritten unseen', async (t) => {
  const { tab, write, script } = await scene(t)
  await tab.get(TEXT)
  const theirs = SCRIPT.replace('Pardon?', 'Theirs.')
  write(theirs)
  const mine = SCRIPT.replace('From 9', 'From 8')
  const refused = await tab.submit(TEXT, { do: 'save', text: mine })
  t.match(refused, { statusCode: 409, body: /changed after you opened it[^]*Theirs\.[^]*From 8/ })
  t.equal(script(), theirs)
  t.match(textIn(refused.body), /From 8/)
  await tab.submit(TEXT, { do: 'save', text: mine })
  t.equal(script(), mine)
})

t.test('earlier versions are kept with who and when, and one can be gone back to', async (t) => {
  const { tab, script } = await scene(t)
  t.match((await tab.get(VERSIONS)).body, /None: nothing was changed here yet/)
  await open(tab, 'hours')
  await tab.submit(REPLY, { do: 'save', 'say.0': 'Shut.' })
  const { body } = await tab.get(VERSIONS)
  const [, to = ''] = /href="(\/operator\/script\/versions\?id=[^"]*)"/.exec(body) ?? []
  t.match(body, /by <bdi>operator<\/bdi>/)
  t.match((await tab.get(to)).body, /class="gone"[^]*Shut\.[^]*class="new"[^]*From 9 to 18/)
  t.match(await tab.submit(VERSIONS), { statusCode: 303, headers: { location: /did=saved/ } })
  t.equal(script(), SCRIPT)
  t.equal((await tab.get(`${VERSIONS}?id=..%2Fbot.yaml`)).statusCode, 404)
})

t.test('going back is refused where the script was changed after the look', async (t) => {
  const { tab, write, script } = await scene(t)
  await open(tab, 'hours')
  await tab.submit(REPLY, { do: 'save', 'say.0': 'Shut.' })
  const [, to = ''] =
    /href="(\/operator\/script\/versions\?id=[^"]*)"/.exec((await tab.get(VERSIONS)).body) ?? []
  await tab.get(to)
  write(`${script()}# by hand\n`)
  t.match(await tab.submit(VERSIONS), { statusCode: 409, body: /BOT_SCRIPT_CHANGED/ })
  t.match(script(), /Shut\.[^]*# by hand/)
})
