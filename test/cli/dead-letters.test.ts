import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createWorld, type World } from '../delivery/harness.ts'
import { newEvent } from '../store/steps.ts'
import { deadLetters } from '../../src/cli/dead-letters.ts'
import { run as runCommand, type Ended } from './run.ts'

interface Listed {
  deadLetters: Record<string, unknown>[]
  more: boolean
}

t.test('a dead letter is listed and shown with all that is known of it', async (t) => {
  const { world, run } = await withDeadLetters(t, ['no luck'])

  const listed = await run([])
  t.match(listed, { code: 0, stderr: '' })
  t.match(
    listed.stdout,
    /^\S+\.\w+ {2}2026-11-21 12:00 UTC {2}Page page-1 to psid-1\n {2}bad_request: [^\n]+\n {2}Graph: bad_request, code 1, fbtrace_id trace: refused: bad_request\n$/,
  )
  t.notMatch(listed.stdout, /no luck/, 'what was to be said is shown only when asked for')

  const [id = ''] = listed.stdout.split(' ')
  const shown = await run(['show', id])
  t.match(shown, { code: 0, stderr: '' })
  t.match(shown.stdout, /window +until 2026-11-22 12:00 UTC[^]*"text": "no luck"/)

  const { deadLetters, more } = JSON.parse((await run(['--json'])).stdout) as Listed
  t.equal(more, false)
  const at = new Date(world.clock.now()).toISOString()
  t.strictSame(deadLetters, [
    {
      id,
      pageId: 'page-1',
      psid: 'psid-1',
      reason: 'bad_request',
      error: {
        verdict: 'bad_request',
        code: 1,
        subcode: null,
        fbtraceId: 'trace',
        message: 'refused: bad_request',
      },
      acceptedAt: at,
      diedAt: at,
      windowEndsAt: new Date(world.clock.now() + 24 * 3_600_000).toISOString(),
    },
  ])
  t.match(JSON.parse((await run(['show', id, '--json'])).stdout), { id, message: { text: 'no luck' } })
})

t.test('a running bot sends what is retried, under the same metadata', async (t) => {
  const { world, run, ids } = await withDeadLetters(t, ['one', 'two'])
  const before = [...world.graph.metadata]
  t.same(world.graph.accepted, [])

  const [, second = ''] = ids
  const retried = await run(['retry', second, '--json'])
  t.match(retried, { code: 0, stderr: '' })
  t.match(JSON.parse(retried.stdout), { retried: [{ id: second }], missing: [] })
  await world.until(() => world.graph.accepted.length === 1, 'the retried reply is sent')
  t.equal(world.graph.metadata.at(-1), second)
  t.ok(before.includes(second), 'as the first time')

  t.match(await run(['retry', '--all']), { code: 0, stdout: /^1 dead letter put back/ })
  await world.until(() => world.graph.accepted.length === 2, 'and so is the rest')
  t.match(await run([]), { code: 0, stdout: 'There are no dead letters.\n' })
})

t.test('what is retried while no bot runs goes out at the next start', async (t) => {
  const { world, run, ids } = await withDeadLetters(t, ['one'])
  await world.delivery.stop()
  await world.store.close()

  t.match(await run(['retry', ...ids]), { code: 0, stdout: /^1 dead letter put back/ })
  await world.restart()
  await world.until(() => world.graph.accepted.length === 1, 'it is sent')
  t.same(world.graph.accepted, ['one'])
})

t.test(
  'a retried reply whose window has closed comes back, and the command says so beforehand',
  async (t) => {
    const { world, run } = await withDeadLetters(t, [])
    // Long ago by any clock: the command goes by the machine's.
    const timestampMs = Date.UTC(2020, 0, 1, 12)
    const body = JSON.stringify({
      kind: 'message',
      key: 'old',
      pageId: 'page-1',
      psid: 'psid-1',
      text: 'late',
    })
    await world.store.accept([newEvent('old', { timestampMs, body })])
    await world.until(() => world.dead.length === 1, 'it dies')

    const first = await run(['retry', '--all'])
    t.match(first, { code: 0, stderr: '' })
    t.match(
      first.stdout,
      /24-hour window closed on 2020-01-02 12:00 UTC; it comes back here as outside_window/,
    )
    t.notMatch(first.stdout, /sends within/)
    await world.until(() => world.dead.length === 2, 'it dies again')
    t.same(world.dead, ['outside_window', 'outside_window'])
    const second = await run(['retry', '--all', '--json'])
    t.match(JSON.parse(second.stdout), { retried: [{ pageId: 'page-1', windowOpen: false }] })
    t.same(world.graph.calls, [], 'nothing was sent')
  },
)

t.test('dropping takes those that are named, and says which were not there', async (t) => {
  const { run, ids } = await withDeadLetters(t, ['one', 'two', 'three'])
  const [first = '', ...rest] = ids

  t.match(await run(['drop', first]), { code: 0, stdout: '1 dead letter thrown away.\n' })
  const again = await run(['drop', first, 'nobodys01.2s'])
  t.match(again, { code: 1, stdout: 'No dead letters thrown away.\n' })
  t.equal(again.stderr, `There is no dead letter ${first}.\nThere is no dead letter nobodys01.2s.\n`)
  t.match(await run(['show', first]), { code: 1, stdout: '', stderr: `There is no dead letter ${first}.\n` })
  t.match(await run(['drop', '--all', '--page', '12345']), {
    code: 0,
    stdout: 'No dead letters thrown away.\n',
  })
  const dropped = await run(['drop', '--all', '--json'])
  t.match(JSON.parse(dropped.stdout), { dropped: { length: rest.length }, missing: [] })
})

t.test('a long list shows the latest and says that there are more', async (t) => {
  const { run, ids } = await withDeadLetters(
    t,
    Array.from({ length: 25 }, (_, n) => `text ${n}`),
  )

  const listed = await run([])
  t.equal(listed.stdout.match(/bad_request: /g)?.length, 20)
  t.match(listed.stdout, /There are more; --all shows every one\.\n$/)
  t.match(JSON.parse((await run(['list', '--json'])).stdout), { more: true, deadLetters: { length: 20 } })
  const all = JSON.parse((await run(['--all', '--json'])).stdout) as Listed
  t.same(
    all.deadLetters.map(({ id }) => id),
    ids,
  )
})

t.test('wrong usage ends with code 2 and two lines', async (t) => {
  const dir = t.testdir()
  for (const args of [
    ['bury'],
    ['list', 'aaaaaaaa.1'],
    ['show'],
    ['show', 'no-id'],
    ['show', 'aaaaaaaa.1', 'aaaaaaaa.2'],
    ['retry'],
    ['retry', '--all', 'aaaaaaaa.1'],
    ['drop', 'aaaaaaaa.1', '--page', '1'],
    ['--page', 'x'],
    ['--page'],
    ['--json=yes'],
    ['--nothing'],
    ['drop', '--all=\u001b[2J'],
  ]) {
    const { code, stdout, stderr } = await start(dir, args)
    t.match({ code, stdout }, { code: 2, stdout: '' }, args.join(' '))
    t.match(stderr, /^[^\n]+\nSee `npm run dead-letters -- --help`\.\n$/, args.join(' '))
  }
  t.match(await start(dir, ['--help']), { code: 0, stdout: /^Replies that could not be sent/, stderr: '' })
})

t.test('an id that begins with a hyphen is an id', async (t) => {
  const { run } = await withDeadLetters(t, [])
  t.match(await run(['show', '-aaaaaaa.1']), { code: 1, stderr: 'There is no dead letter -aaaaaaa.1.\n' })
})

t.test('where there is no database none is made', async (t) => {
  const dir = t.testdir()
  const { code, stdout, stderr } = await start(dir, [])
  t.match({ code, stdout }, { code: 1, stdout: '' })
  t.match(stderr, /^There is no database at [^\n]+evergreen\.db yet\.\nCheck DATA_DIR[^\n]+\n$/)
  t.notOk(existsSync(join(dir, 'evergreen.db')))
})

t.test('a damaged database ends it with what to do', async (t) => {
  const dir = t.testdir()
  writeFileSync(join(dir, 'evergreen.db'), 'not a database, and long enough to be read as one'.repeat(100))
  const { code, stderr } = await start(dir, [])
  t.equal(code, 1)
  t.match(stderr, /evergreen\.db is damaged: [^\n]+\nStop the bot, move [^\n]+\n$/)
})

/** A running delivery on a data folder of its own, whose replies to these texts have died. */
async function withDeadLetters(t: Test, texts: readonly string[]) {
  const world: World = await createWorld(t)
  world.graph.answer = () => 'bad_request'
  world.delivery.start()
  for (const said of texts) await world.say(said)
  await world.until(async () => (await world.store.counts()).dead === texts.length, 'all of them die')
  world.graph.answer = () => undefined
  const { letters } = await world.store.deadLetters.list({ limit: 1000 })
  const run = (args: string[]): Promise<Ended> => start(t.testdirName, args)
  return { world, run, ids: letters.map(({ id }) => id) }
}

const start = (dataDir: string, args: string[]): Promise<Ended> => runCommand(deadLetters, dataDir, args)
