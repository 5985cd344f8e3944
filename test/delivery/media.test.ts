import { createHash } from 'node:crypto'
import t from 'tap'
import { createFakeDuty } from '../helpers/duty.ts'
import { begin, rest, URL_A } from './media-world.ts'

const DAY_MS = 24 * 3_600_000

t.test('what has an address goes by it until Facebook has it, and by one id from then on', async (t) => {
  const world = await begin(t)
  let uploaded = (): void => undefined
  world.graph.upload = () => new Promise((resolve) => (uploaded = () => resolve(undefined)))
  await Promise.all(['a', 'b', 'c'].map((psid) => world.say(`image ${URL_A}`, { psid })))
  await rest(world)
  t.same(world.graph.accepted, [URL_A, URL_A, URL_A], 'no reply waits for the upload')
  t.same(world.graph.uploads, [`page-1 ${URL_A}`], 'which is asked for once')

  uploaded()
  await world.say(`image ${URL_A}`)
  await rest(world)
  t.equal(world.graph.accepted.at(-1), 'id-1')
  await world.restart()
  await world.say(`image ${URL_A}`)
  await rest(world)
  t.equal(world.graph.accepted.at(-1), 'id-1', 'it is known after a restart')
  await world.say('image https://x.y/b.png')
  await world.say(`image ${URL_A}`, { pageId: 'page-2' })
  await rest(world)
  t.same(world.graph.uploads.slice(1).toSorted(), ['page-1 https://x.y/b.png', `page-2 ${URL_A}`])
})

t.test('an id is not used when its 90 days are over', async (t) => {
  const world = await begin(t)
  const say = async (): Promise<string | undefined> => {
    await world.say(`image ${URL_A}`)
    await rest(world)
    return world.graph.accepted.at(-1)
  }
  await say()
  t.equal(await say(), 'id-1')
  world.clock.skip(88 * DAY_MS)
  t.equal(await say(), 'id-1')
  world.clock.skip(2 * DAY_MS)
  await say()
  t.equal(await say(), 'id-2')
})

t.test('a refused id costs no message, doubles none, and is not used again', async (t) => {
  const world = await begin(t)
  await world.say(`image ${URL_A}`)
  await rest(world)
  await world.say(`image ${URL_A}`)
  await rest(world)
  t.equal(world.graph.accepted.at(-1), 'id-1')
  world.graph.answer = ({ message }) =>
    message.attachment?.payload['attachment_id'] === 'id-1' ? 'bad_request' : undefined
  world.graph.accepted.length = 0
  await world.say(`before; image ${URL_A}; after`)
  await rest(world)
  t.same(world.graph.accepted, ['before', URL_A, 'after'])
  t.same(world.dead, [])
  await world.say(`image ${URL_A}`)
  await rest(world)
  await world.say(`image ${URL_A}`)
  await rest(world)
  t.equal(world.graph.accepted.at(-1), 'id-2')
  t.equal(world.graph.calls.lastIndexOf('id-1'), world.graph.calls.indexOf('before') + 1, 'it was tried once')
})

t.test('a message refused for another reason than its id dies after one new upload at most', async (t) => {
  const world = await begin(t, new Map([['menu.pdf', 'v1']]))
  await world.say('file menu.pdf')
  await rest(world)
  world.graph.answer = ({ message }) => (message.attachment === undefined ? undefined : 'bad_request')
  await world.say('file menu.pdf; text')
  await rest(world)
  t.same(world.dead, ['bad_request'])
  t.same(world.graph.calls, ['id-1', 'id-1', 'id-2', 'text'])
  await world.say('file menu.pdf')
  await rest(world)
  t.equal(world.graph.uploads.length, 2, 'an id that never worked is not replaced again')
})

t.test('an upload that fails costs no message that has an address', async (t) => {
  const world = await begin(t)
  for (const verdict of [
    'bad_request',
    'transient',
    'permission',
    'rate_limited',
    'token_invalid',
  ] as const) {
    world.graph.upload = () => verdict
    await world.say(`image https://x.y/${verdict}.png`)
    await rest(world)
    await world.say(`image https://x.y/${verdict}.png`)
    await rest(world)
    t.same(world.graph.accepted.splice(0), Array(2).fill(`https://x.y/${verdict}.png`), verdict)
  }
  t.same(world.tokens.suspected, [], 'the message itself tells whether the token is dead')
  t.same(world.needs, [])
  t.same(world.dead, [])
})

t.test('a file waits for its upload, in its order, and keeps no other conversation waiting', async (t) => {
  const world = await begin(t, new Map([['menu.pdf', 'v1']]))
  let uploaded = (): void => undefined
  world.graph.upload = () => new Promise((resolve) => (uploaded = () => resolve(undefined)))
  await world.say('before; file menu.pdf; after')
  for (let n = 0; n < 300; n += 1) await world.say('file menu.pdf', { psid: `v${n}` })
  await world.until(() => world.graph.uploads.length === 1, 'the upload is begun')
  await world.say('hello', { psid: 'other' })
  await world.until(async () => {
    await world.clock.advance(100)
    return world.graph.accepted.includes('hello')
  }, 'others go on')
  t.notOk(world.graph.accepted.includes('after'))
  uploaded()
  await rest(world)
  t.same(
    world.graph.accepted.filter((text) => ['before', 'after'].includes(text)),
    ['before', 'after'],
  )
  t.equal(world.graph.accepted.filter((text) => text === 'id-1').length, 301)
  t.same(world.graph.uploads, ['page-1 menu.pdf v1'])
})

t.test('a changed file is uploaded anew, one that is gone becomes a dead letter', async (t) => {
  const files = new Map([['menu.pdf', 'v1']])
  const world = await begin(t, files)
  const say = async (): Promise<string | undefined> => {
    await world.say('file menu.pdf')
    await rest(world)
    return world.graph.accepted.at(-1)
  }
  t.equal(await say(), 'id-1')
  files.set('menu.pdf', 'v2')
  t.equal(await say(), 'id-2')
  t.equal(await say(), 'id-2')
  t.same(world.graph.uploads, ['page-1 menu.pdf v1', 'page-1 menu.pdf v2'])
  await world.restart()
  t.equal(await say(), 'id-2', 'it is known after a restart')
  files.clear()
  await world.say('file menu.pdf; text')
  await rest(world)
  t.same(world.dead, ['bad_request'])
  const { letters } = await world.store.deadLetters.list({ limit: 1 })
  t.match(letters[0]?.error?.message, /"menu\.pdf".*ENOENT/)
  t.equal(world.graph.accepted.at(-1), 'text')
})

t.test('a file that changes all the time leaves one id behind', async (t) => {
  const files = new Map<string, string>()
  const world = await begin(t, files)
  const names = new Set<string>()
  const { remember } = world.store
  world.store.remember = (name, text) => {
    names.add(name)
    return remember(name, text)
  }
  for (let n = 0; n < 5; n += 1) {
    files.set('webcam.jpg', `v${n}`)
    await world.say('file webcam.jpg')
    await rest(world)
  }
  t.same(world.graph.accepted, ['id-1', 'id-2', 'id-3', 'id-4', 'id-5'])
  t.equal(names.size, 1)
})

t.test('a token that dies during an upload parks the message, and a new one sends it', async (t) => {
  const world = await begin(t, new Map([['menu.pdf', 'v1']]))
  world.graph.upload = ({ pageToken }) => (pageToken === 'token-1' ? 'token_invalid' : undefined)
  await world.say('file menu.pdf; text')
  await world.until(async () => {
    await world.clock.advance(100)
    return world.tokens.suspected.length > 0
  }, 'the token is suspected')
  t.same(world.tokens.suspected, ['page-1 token-1'])
  await world.clock.advance(60_000)
  t.same(world.graph.accepted, [])
  world.tokens.set('page-1', 'valid', 'token-2')
  await rest(world)
  t.match(world.graph.accepted, [/^id-/, 'text'])
})

t.test('an upload that fails for the moment is tried again, while the Page goes on', async (t) => {
  const world = await begin(t, new Map([['menu.pdf', 'v1']]))
  world.graph.upload = () => (world.graph.uploads.length < 30 ? 'transient' : undefined)
  await world.say('file menu.pdf')
  for (let n = 0; n < 20; n += 1) {
    await world.say('file menu.pdf', { psid: `v${n}` })
    await world.clock.advance(2000)
  }
  await world.say('hello', { psid: 'other' })
  await world.until(async () => {
    await world.clock.advance(100)
    return world.graph.accepted.includes('hello')
  }, 'the gate of the Page stays open')
  await world.until(async () => {
    await world.clock.advance(10_000)
    return world.graph.accepted.length === 22
  }, 'all is sent in the end')
  t.same(world.dead, [])
})

t.test('a crash while an upload is under way only means another upload', async (t) => {
  const world = await begin(t, new Map([['menu.pdf', 'v1']]))
  world.graph.upload = () => new Promise(() => undefined)
  await world.say('file menu.pdf; text')
  await world.until(() => world.graph.uploads.length === 1, 'the upload is begun')
  world.graph.upload = () => undefined
  await world.restart()
  await rest(world)
  t.same(world.graph.accepted, ['id-2', 'text'])
  t.same(world.dead, [])
})

t.test('a media template gets the id of what was uploaded, and waits for it', async (t) => {
  const world = await begin(t)
  await world.say(`card ${URL_A}; text`)
  await rest(world)
  t.same(world.graph.accepted, ['id-1', 'text'])
  world.graph.upload = () => 'bad_request'
  await world.say('card https://x.y/none.png; text')
  await rest(world)
  t.same(world.dead, ['bad_request'], 'Facebook could not fetch it')
  t.same(world.graph.accepted, ['id-1', 'text', 'text'])
})

t.test('a kept id that is no id is as good as none', async (t) => {
  const world = await begin(t)
  const hash = createHash('sha256').update(URL_A).digest('hex')
  for (const text of ['[]', '{"id":7}', '{"id":"1","uploadedMs":"now"}', '{', 'null']) {
    await world.store.remember(`attachment page-1 image ${hash}`, text)
    await world.restart()
    world.graph.upload = () => 'bad_request'
    await world.say(`image ${URL_A}`)
    await rest(world)
    t.equal(world.graph.accepted.at(-1), URL_A, text)
  }
})

t.test('a Page that was taken over goes by what its last keeper has uploaded', async (t) => {
  const duty = createFakeDuty('page-1')
  const world = await begin(t, new Map(), { duty })
  world.tokens.set('page-1', 'valid')
  const names: string[] = []
  const { remember } = world.store
  world.store.remember = (name, text) => {
    names.push(name)
    return remember(name, text)
  }
  await world.say(`image ${URL_A}`)
  await rest(world)
  await world.say(`image ${URL_A}`)
  await rest(world)
  t.equal(world.graph.accepted.at(-1), 'id-1')

  duty.lose('page-1')
  const [name = ''] = names.filter((one) => one.startsWith('attachment page-1 '))
  await remember(name, JSON.stringify({ id: 'theirs', hash: null, uploadedMs: world.clock.now() }))
  duty.take('page-1')
  await world.say(`image ${URL_A}`)
  await rest(world)
  t.equal(world.graph.accepted.at(-1), 'theirs')
  t.equal(world.graph.uploads.length, 1)
})

t.test(
  'a Page that was taken over does not wait for what was refused in an earlier time of keeping it',
  async (t) => {
    const duty = createFakeDuty('page-1')
    const world = await begin(t, new Map([['a.pdf', 'a']]), { duty })
    world.tokens.set('page-1', 'valid')
    world.graph.upload = () => 'bad_request'
    await world.say('file a.pdf')
    await rest(world)
    t.equal(world.dead.length, 1)
    world.graph.upload = () => undefined
    duty.lose('page-1')
    duty.take('page-1')
    await world.say('file a.pdf')
    await rest(world)
    t.equal(world.graph.accepted.at(-1), 'id-2')
  },
)
