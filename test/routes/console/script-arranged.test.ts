import t from 'tap'
import { open, REPLY, scene, SCRIPT } from './script-scene.ts'

t.test(
  'messages of a reply are arranged by buttons, and nothing is saved before it is asked for',
  async (t) => {
    const text = SCRIPT.replace('say: From 9 to 18.', 'say: [From 9 to 18., Come in.]   # in that order')
    const { tab, script } = await scene(t, { 'bot.yaml': text })
    await open(tab, 'hours')
    t.match(tab.page(), /value="down:0"[^]*value="up:1"/)
    t.notMatch(tab.page(), /value="up:0"|value="down:1"/)
    const moved = await tab.submit(REPLY, { do: 'up:1', 'say.0': 'From 10 to 18.' })
    t.match(moved, { statusCode: 200, body: /Not saved yet[^]*Come in\.[^]*From 10 to 18\./ })
    const added = await tab.submit(REPLY, { do: 'add', 'say.new': 'Bye.' })
    t.match(added.body, /Message 3[^]*Bye\.[^]*name="say.new"/)
    t.equal(script(), text)
    t.match(
      (await tab.submit(REPLY, { do: 'out:7' })).statusCode,
      200,
      'a message that is not there is not taken out',
    )
    t.match(await tab.submit(REPLY, { do: 'up:9' }), { statusCode: 409, body: /no such message/ })
    await open(tab, 'hours')
    await tab.submit(REPLY, { do: 'up:1', 'say.0': 'From 10 to 18.' })
    await tab.submit(REPLY, { do: 'add', 'say.new': 'Bye.' })
    t.match(await tab.submit(REPLY, { do: 'save' }), { statusCode: 303 })
    t.equal(
      script(),
      text.replace('[From 9 to 18., Come in.]', '[Come in., From 10 to 18., Bye.]'),
      'comments and layout stay',
    )
  },
)

t.test('an arrangement of a reply that another person has changed is not saved, and kept', async (t) => {
  const text = SCRIPT.replace('say: From 9 to 18.', 'say: [From 9 to 18., Come in.]')
  const { tab, another, script } = await scene(t, { 'bot.yaml': text })
  await open(tab, 'hours')
  await tab.submit(REPLY, { do: 'up:1' })
  const other = await another()
  await open(other, 'hours')
  t.match(await other.submit(REPLY, { do: 'save', title: 'Hours' }), { statusCode: 303 })
  const refused = await tab.submit(REPLY, { do: 'save' })
  t.match(refused, { statusCode: 409, body: /messages as you arranged them[^]*Come in\.[^]*From 9 to 18/ })
  t.match(script(), 'From 9 to 18., Come in.')
  t.match(await tab.submit(REPLY, { do: 'save' }), { statusCode: 303 })
  t.match(script(), 'Come in., From 9 to 18.')
})

t.test('what another person has changed is told before messages are arranged, too', async (t) => {
  const text = SCRIPT.replace('say: From 9 to 18.', 'say: [From 9 to 18., Come in.]')
  const { tab, another, script } = await scene(t, { 'bot.yaml': text })
  await open(tab, 'hours')
  const other = await another()
  await open(other, 'hours')
  await other.submit(REPLY, { do: 'up:1' })
  t.match(await other.submit(REPLY, { do: 'save' }), { statusCode: 303 })
  const refused = await tab.submit(REPLY, { do: 'out:0' })
  t.match(refused, { statusCode: 409, body: /This was changed after you opened it/ })
  t.match(script(), 'Come in., From 9 to 18.')
})
