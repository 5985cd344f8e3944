import t from 'tap'
import { settle } from '../helpers/clock.ts'
import { createWorld } from './harness.ts'
import { begin, filesFrom, handle, rest, URL_A } from './media-world.ts'

for (const verdict of ['permission', 'restricted', 'configuration'] as const) {
  t.test(`media that are refused (${verdict}) hold back no texts, and a need is raised`, async (t) => {
    const world = await begin(t, new Map([['menu.pdf', 'v1']]))
    world.graph.upload = () => verdict
    await world.say('file menu.pdf; after')
    await world.until(async () => {
      await world.clock.advance(100)
      return world.needs.length > 0
    }, 'the operator is asked')
    t.match(world.needs, [{ pageId: 'page-1', cause: verdict }])
    for (let n = 0; n < 20; n += 1) {
      await world.say(`hello ${n}`, { psid: 'other' })
      await world.clock.advance(2000)
    }
    await world.until(() => world.graph.accepted.length === 20, 'the Page goes on')
    t.match(world.needs, [{ pageId: 'page-1', cause: verdict }])
    world.graph.upload = () => undefined
    await rest(world)
    t.match(world.graph.accepted.slice(20), [/^id-/, 'after'])
    t.same(world.needs, [])
    t.same(world.dead, [])
  })
}

t.test('a file that cannot be read for the moment does not count against the Page', async (t) => {
  let works = false
  const files = filesFrom(new Map([['menu.pdf', 'v1']]))
  const hashOf = async (path: string): Promise<string> => {
    if (works) return files.hashOf(path)
    throw Object.assign(new Error('the disk is slow'), { code: 'EIO' })
  }
  const world = await createWorld(t, { handle, files: { ...files, hashOf } })
  world.delivery.start()
  for (let n = 0; n < 20; n += 1) await world.say('file menu.pdf', { psid: `v${n}` })
  await world.until(() => world.logged.length >= 20, 'all of them have failed')
  await world.say('hello', { psid: 'other' })
  await world.until(() => world.graph.accepted.includes('hello'), 'the gate of the Page stays open')
  works = true
  await rest(world)
  t.equal(world.graph.accepted.length, 21)
  t.same(world.dead, [])
})

t.test('a file that is missing does not prove that a refused Page is well again', async (t) => {
  const told: string[] = []
  const world = await createWorld(t, {
    handle,
    files: filesFrom(new Map()),
    needs: { raise: ({ cause }) => void told.push(cause), settle: () => void told.push('well again') },
  })
  world.delivery.start()
  world.graph.answer = () => 'restricted'
  await world.say('hello')
  await world.until(() => told.length > 0, 'the Page is closed')
  await world.say('file none.pdf', { psid: 'other' })
  await world.until(async () => {
    await world.clock.advance(1000)
    return world.dead.length === 1 && world.graph.calls.length > 1
  }, 'the file is missed')
  t.same([...new Set(told)], ['restricted'])
})

t.test('an upload that ends after the bot has stopped is no trouble', async (t) => {
  const world = await begin(t, new Map([['menu.pdf', 'v1']]))
  let uploaded = (): void => undefined
  world.graph.upload = () => new Promise((resolve) => (uploaded = () => resolve(undefined)))
  await world.say('file menu.pdf')
  await world.until(() => world.graph.uploads.length === 1, 'the upload is begun')
  await world.delivery.stop()
  await world.store.close()
  world.logged.length = 0
  uploaded()
  await settle(20)
  t.same(world.logged, [])
})

t.test('only a few files are in memory at once, however many Pages there are', async (t) => {
  const world = await begin(t, new Map([['menu.pdf', 'v1']]))
  const held = Promise.withResolvers<undefined>()
  world.graph.upload = () => held.promise
  for (let n = 0; n < 12; n += 1) await world.say('file menu.pdf', { pageId: `page-${n}` })
  await world.until(() => world.graph.uploads.length >= 4, 'some are begun')
  await world.clock.advance(20_000)
  await settle(20)
  t.equal(world.graph.uploads.length, 4)
  held.resolve(undefined)
  await rest(world)
  t.equal(world.graph.accepted.length, 12)
})

t.test('what has an address goes out though the store cannot tell whether Facebook has it', async (t) => {
  const world = await begin(t)
  world.store.recall = () => Promise.reject(new Error('the disk is full'))
  world.graph.upload = () => new Promise(() => undefined)
  await world.say(`image ${URL_A}`)
  await world.until(() => world.graph.accepted.length === 1, 'it is sent at once')
  t.same(world.graph.accepted, [URL_A])
})

t.test('an id that never worked is not kept for ever', async (t) => {
  const world = await begin(t, new Map([['menu.pdf', 'v1']]))
  const say = async (): Promise<void> => {
    await world.say('file menu.pdf')
    await rest(world)
  }
  world.graph.answer = ({ message }) =>
    message.attachment?.payload['attachment_id'] === 'id-1' ? 'bad_request' : undefined
  await say()
  await say()
  t.equal(world.graph.uploads.length, 1, 'the message itself may be wrong')
  world.clock.skip(600_000)
  await say()
  t.same(world.graph.accepted, ['id-2'])
  t.same(world.dead, ['bad_request', 'bad_request'])
})
