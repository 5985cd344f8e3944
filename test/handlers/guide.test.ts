import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { createConversationEngine } from '../../src/conversation/conversation.ts'
import { OWN_LOOKUPS } from '../../src/conversation/speaking.ts'
import { loadHandlers } from '../../src/handlers/load.ts'
import { withHandlers } from '../../src/handlers/run.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { WebhookEvent } from '../../src/webhook/events.ts'
import { APP_ID, event, PAGE, postback, PSID, said } from '../conversation/events.ts'
import { parse } from '../conversation/scripts.ts'
import { inProcess } from './in-process.ts'

const ROOT = join(import.meta.dirname, '../..')
const guide = await readFile(join(ROOT, 'docs/handlers.md'), 'utf8')
const modules = [...guide.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code = '']) => code)

/** A conversation with an example of the guide in front of a script. */
const talkTo = async (t: Test, index: number) => {
  const file = join(t.testdir(), 'bot.ts')
  writeFileSync(file, modules[index] ?? '')
  const script = parse('replies: { hours: { say: From 9 to 18. } }\nfallback: { say: Pardon? }')
  const conversation = createConversationEngine({ script: () => script, appId: APP_ID, lookups: OWN_LOOKUPS })
  const handle = withHandlers({
    handlers: inProcess(await loadHandlers(file)),
    script: conversation,
  })
  let state: JsonObject | null = null
  return async (what: WebhookEvent) => {
    const handled = await handle(what, { pageId: PAGE, psid: PSID, state })
    state = handled.state
    return handled.replies.map(({ message }) => message.text ?? message.attachment?.payload['template_type'])
  }
}

t.test('the first example answers as it says', async (t) => {
  const tell = await talkTo(t, 0)
  t.same(await tell(said('Price list!')), ['All our prices: example.com/prices'])
  t.same(await tell(said('the price of cake?')), ['One cake is 5.'])
  t.same(await tell(postback('buy:bread')), ['You have bought bread.'])
  t.same(await tell(event({ reaction: { emoji: '❤️', reaction: 'love', action: 'react', mid: 'm' } })), [
    'You, too: ❤️',
  ])
  t.same(await tell(said('xyzzy')), ['Pardon?'])
})

t.test('the cart of the second example is filled, gets heavy, and ends with a person', async (t) => {
  const tell = await talkTo(t, 1)
  t.same(await tell(said('shop')), ['generic'])
  for (const item of ['bread', 'cake', 'cake']) await tell(postback(`add:${item}`))
  t.same(await tell(postback('add:bread')), [
    'In your cart: bread, cake, cake, bread.',
    'Your cart is getting heavy.',
  ])
  t.same(await tell(said('When can I fetch it?')), ['From 9 to 18.', 'Your cart is getting heavy.'])
  t.same(await tell(postback('checkout')), ['Thank you! A colleague will take it from here.'])
  t.same(await tell(said('shop')), [])
})

t.test('the order of the third example is placed once, however often its event is handled', async (t) => {
  const tell = await talkTo(t, 2)
  t.same(await tell(said('order cake')), ['Your order has the number cake-1.'])
  t.same(await tell(said('order cake')), ['Your order has the number cake-1.'], 'the same event again')
})

t.test('every example of the guide was tried', async (t) => {
  t.equal(modules.length, 3)
})
