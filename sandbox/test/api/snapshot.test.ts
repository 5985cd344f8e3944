import { readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { keepState } from '../../src/keep-state.ts'
import { createClock } from '../../src/clock.ts'
import { createSandbox, type Sandbox } from '../../src/server.ts'
import { createStateFile } from '../../src/state-file.ts'
import {
  APP_ID,
  APP_SECRET,
  control,
  graph,
  pageTokenOf,
  START_MS,
  startBot,
  startConnected,
  startSandbox,
  textOf,
  VERIFY_TOKEN,
} from '../lab.ts'
import { roundsOr } from '../rounds.ts'

/** A conversation with something of everything in it. */
const live = async (t: Parameters<typeof startBot>[0]) => {
  const connected = await startConnected(t, { loginConfigs: { '5': { scopes: ['email'], token: 'user' } } })
  const { sandbox, pageId, psid, pageToken, send, say } = connected
  const mid = say('hi <b>é</b> 😊')
  await send({ text: 'Pick', quick_replies: [{ content_type: 'text', title: 'Red', payload: 'RED' }] })
  await send({ text: 'quoted', metadata: 'm' }, { reply_to: { mid } })
  sandbox.act(pageId, psid, { type: 'reaction', mid, emoji: '👍', action: 'react' })
  sandbox.act(pageId, psid, { type: 'optin', payload: 'n', title: 'N' })
  sandbox.act(pageId, psid, { type: 'ad', adId: '9', title: 'Ad' })
  const form = new FormData()
  form.set('recipient', JSON.stringify({ id: psid }))
  form.set('message', JSON.stringify({ attachment: { type: 'image', payload: { is_reusable: true } } }))
  form.set('filedata', new File(['picture'], 'a.png', { type: 'image/png' }))
  const headers = { authorization: `Bearer ${pageToken}` }
  await fetch(`${sandbox.origin}/v25.0/me/messages`, { method: 'POST', body: form, headers })
  const template = { id: '11', pageId, name: 'a', language: 'en', parameterFormat: 'NAMED' as const }
  const review = {
    status: 'APPROVED' as const,
    rejectedReason: null,
    createdMs: START_MS,
    updatedMs: START_MS,
  }
  const components = [{ type: 'BODY', text: 'a' }]
  sandbox.world.messageTemplates.set('11', { ...template, ...review, components })
  await graph(sandbox, '/v25.0/me/personas', {
    token: pageToken,
    body: { name: 'John', profile_picture_url: 'https://a.example/1' },
  })
  await graph(sandbox, '/v25.0/me/messenger_profile', {
    token: pageToken,
    body: { get_started: { payload: 'start' } },
  })
  await sandbox.courier.idle()
  return connected
}

const json = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown

t.test('a saved world is loaded again: tokens work, conversations go on, files are served', async (t) => {
  const { sandbox, pageId, psid, pageToken, bot } = await live(t)
  const saved = json(sandbox.save())
  const before = sandbox.conversation(pageId, psid)

  const again = await createSandbox({
    appId: '1',
    appSecret: 'another one',
    world: saved,
    clock: createClock({ startMs: START_MS, frozen: true }),
  })
  t.teardown(() => again.close())
  t.equal(again.appId, APP_ID)
  t.equal(again.appSecret, APP_SECRET)
  const after = again.conversation(pageId, psid)
  const url = textOf(after?.messages.at(-1)?.attachment?.payload['url'])
  t.equal(new URL(url).origin, again.origin, 'at the new address')
  t.equal(await (await fetch(url)).text(), 'picture')
  t.strictSame(json(after), JSON.parse(JSON.stringify(before).replaceAll(sandbox.origin, again.origin)))

  t.match(await graph(again, '/v25.0/me', { token: pageToken }), { status: 200 })
  t.equal(again.state().pages[0]?.token.alive, true)
  again.act(pageId, psid, { type: 'text', text: 'where were we?' })
  await again.courier.idle()
  t.match(bot.items().at(-1), { message: { text: 'where were we?', referral: { ad_id: '9' } } })
  again.trouble('password-changed')
  t.equal(again.state().pages[0]?.token.alive, false, 'token and session are still tied')
})

t.test('saving what was loaded gives the same, and the ids go on as they would have', async (t) => {
  const { sandbox, pageId, psid } = await live(t)
  const saved = sandbox.save()
  const again = await startSandbox(t, { world: json(saved), seed: 99 })
  const same = JSON.stringify(again.save()).replaceAll(again.origin, sandbox.origin)
  t.strictSame(JSON.parse(same), json(saved))
  t.equal(
    again.act(pageId, psid, { type: 'text', text: 'next' }),
    sandbox.act(pageId, psid, { type: 'text', text: 'next' }),
  )
})

t.test('the control API saves and loads; the clock never goes back', async (t) => {
  const { sandbox, pageId, psid, say } = await live(t)
  const { body } = await control(sandbox, 'world')
  say('afterwards')
  sandbox.clock.advance(1000)
  t.match(await control(sandbox, 'world', body, 'PUT'), { status: 200, body: { nowMs: START_MS + 1000 } })
  t.not(sandbox.conversation(pageId, psid)?.messages.at(-1)?.text, 'afterwards')
  t.match(await control(sandbox, 'world', { format: 'x' }, 'PUT'), {
    status: 400,
    body: { message: /^This is no saved world/ },
  })
})

t.test('a message whose webhook was still under way comes back as failed', async (t) => {
  const { sandbox, pageId, psid, say } = await startConnected(t)
  sandbox.trouble('webhook-lost')
  say('hi')
  const again = await startSandbox(t, { world: json(sandbox.save()) })
  t.match(again.conversation(pageId, psid)?.messages, [{ text: 'hi', webhook: 'failed' }])
  t.equal(again.courier.pending(), 0)
})

t.test('a world that is wrong in any place is refused whole', async (t) => {
  const { sandbox } = await live(t)
  const saved = json(sandbox.save())
  const untouched = await startSandbox(t)
  const before = JSON.stringify(untouched.save())
  const warnings: Error[] = []
  const listen = (warning: Error) => warnings.push(warning)
  process.on('warning', listen)
  t.teardown(() => process.off('warning', listen))

  const places = placesIn(saved)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...places),
      fc.constantFrom(undefined, null, 5, -1, 'x', true, [], {}, [[]], { a: 1 }),
      async (place, value) => {
        const { status } = await control(untouched, 'world', changed(saved, place, value), 'PUT')
        if (status === 200) {
          // What may be anything was changed, or to something as good.
          untouched.load(JSON.parse(before))
          return true
        }
        return status === 400 && JSON.stringify(untouched.save()) === before
      },
    ),
    { numRuns: roundsOr(100) },
  )
  t.equal(warnings.length, 0)
  for (const nonsense of [[], {}, { format: 'evergreen-sandbox', version: 2 }]) {
    t.match(await control(untouched, 'world', nonsense, 'PUT'), { status: 400 })
  }
})

type Place = (string | number)[]

const placesIn = (value: unknown, at: Place = []): Place[] => {
  if (typeof value !== 'object' || value === null) return [at]
  const inner = Object.entries(value).flatMap(([key, one]) =>
    placesIn(one, [...at, Array.isArray(value) ? Number(key) : key]),
  )
  return at.length === 0 ? inner : [at, ...inner]
}

const changed = (value: unknown, place: Place, to: unknown): unknown => {
  const copy = structuredClone(value) as Record<string | number, unknown>
  let inner = copy
  for (const key of place.slice(0, -1)) inner = inner[key] as Record<string | number, unknown>
  inner[place.at(-1) ?? ''] = to
  return copy
}

t.test('the state file is whole, private and says when it is no JSON', async (t) => {
  const path = join(t.testdir(), 'world.json')
  const file = createStateFile(path)
  t.equal(await file.load(), null)
  await file.save({ a: 1 })
  await file.save({ a: 2 })
  t.strictSame(await file.load(), { a: 2 })
  t.equal((await stat(path)).mode & 0o777, 0o600)
  await writeFile(path, '{"a":')
  await t.rejects(file.load(), { name: 'UnreadableState', message: /is not JSON/ })
  await t.rejects(createStateFile(join(path, 'below')).save({}), { code: 'ENOTDIR' })
  t.equal(await readFile(path, 'utf8'), '{"a":')
})

t.test(
  'two sandboxes on one state file: the second to save is refused, and overwrites nothing',
  async (t) => {
    const path = join(t.testdir(), 'world.json')
    const [first, second] = [createStateFile(path), createStateFile(path)]
    await first.load()
    await second.load()
    await first.save({ of: 'first' })
    await t.rejects(second.save({ of: 'second' }), { name: 'StateTaken', message: /world\.json was changed/ })
    await first.save({ of: 'first', again: true })
    t.strictSame(await second.load(), { of: 'first', again: true })
    await second.save({ of: 'second' })
    await t.rejects(first.save({}), { name: 'StateTaken' })
    await rm(path)
    await first.save({ of: 'first' })
    t.equal(await readFile(path, 'utf8'), '{"of":"first"}', 'a file that was removed is written anew')
  },
)

t.test('a draft that another user has made beforehand does not become the state file', async (t) => {
  const dir = t.testdir({ [`world.json.${process.pid}.tmp`]: 'theirs' })
  const path = join(dir, 'world.json')
  await createStateFile(path).save({ a: 1 })
  t.equal((await stat(path)).mode & 0o777, 0o600)
  t.equal(await readFile(`${path}.${process.pid}.tmp`, 'utf8'), 'theirs')
})

t.test('a state file that is a symbolic link stays one, also before there is a state', async (t) => {
  const dir = t.testdir({ 'world.json': t.fixture('symlink', 'elsewhere.json') })
  const file = createStateFile(join(dir, 'world.json'))
  for (const a of [1, 2]) await file.save({ a })
  t.equal(await readlink(join(dir, 'world.json')), 'elsewhere.json')
  t.equal(await readFile(join(dir, 'elsewhere.json'), 'utf8'), '{"a":2}')
})

/** Everything that goes over the wire in both directions, in a run with a visitor, an operator and a bot. */
const transcript = async (t: Parameters<typeof startBot>[0], seed: number): Promise<string> => {
  const bot = await startBot(t)
  const sandbox: Sandbox = await startSandbox(t, { seed, webhookUrl: bot.url, verifyToken: VERIFY_TOKEN })
  const answers: unknown[] = []
  const token = await pageTokenOf(sandbox)
  const ask = async (path: string, body?: object) => {
    const { status, body: answer, headers } = await graph(sandbox, path, { token, ...(body && { body }) })
    answers.push(status, answer, headers.get('x-fb-trace-id'))
    await sandbox.courier.idle()
  }
  const [pageId = ''] = sandbox.world.pages.keys()
  const [psid = '', other = ''] = sandbox.world.visitors.keys()
  await ask(`/v25.0/${pageId}/subscribed_apps`, {
    subscribed_fields: ['messages', 'message_echoes', 'message_reads'],
  })
  sandbox.act(pageId, psid, { type: 'text', text: 'hi' })
  sandbox.act(pageId, other, { type: 'text', text: 'hi too' })
  await sandbox.courier.idle()
  await ask('/v25.0/me/messages', { recipient: { id: psid }, message: { text: 'hello' } })
  await ask('/v25.0/me/messages', { recipient: { id: 'nobody' }, message: { text: 'hello' } })
  sandbox.clock.advance(60_000)
  await ask('/v25.0/me/conversations?fields=messages{id,message,created_time}')
  sandbox.trouble('password-changed')
  await ask('/v25.0/me')
  // Callbacks to different visitors may overtake each other; what is in each may not change.
  const heard = bot.calls.map(({ raw, url }) => `${url.search} ${raw.toString()}`).toSorted()
  return JSON.stringify({ answers, heard }).replaceAll(sandbox.origin, '')
}

t.test('two runs with the same seed and a frozen clock say the same, byte for byte', async (t) => {
  const first = await transcript(t, 42)
  t.equal(await transcript(t, 42), first)
  t.not(await transcript(t, 43), first)
})

t.test('what takes long to save is saved seldom, and once more at the end', async (t) => {
  let nowMs = 0
  const waits: number[] = []
  const saved: object[] = []
  let changed = (): void => undefined
  let pass = (): void => undefined
  const end = keepState(
    {
      save: () => ({ at: nowMs }),
      bus: {
        watch: (listener) => {
          changed = listener as () => void
          return () => undefined
        },
      },
    },
    {
      save: async (world) => {
        saved.push(world)
        nowMs += 2000
      },
    },
    (error) => t.fail(error.message),
    {
      now: () => nowMs,
      after: (delayMs, run) => {
        waits.push(delayMs)
        pass = run
        return () => undefined
      },
    },
  )

  for (const _ of [1, 2]) changed()
  t.strictSame(waits, [1000])
  pass()
  await setImmediate()
  changed()
  t.strictSame(waits, [1000, 40_000])

  await end()
  t.strictSame(saved, [{ at: 0 }, { at: 2000 }])
})
