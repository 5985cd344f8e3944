import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { openTestStore } from '../helpers/store.ts'
import { databaseIn } from '../../src/store/sqlite/data-dir.ts'
import { toNewEvents } from '../../src/webhook/inbox.ts'
import { startBotProcess, type BotProcess } from '../helpers/bot-process.ts'
import { textCallback } from '../helpers/sign.ts'
import { until } from '../helpers/until.ts'

/** A bot on a disk that can be filled. */
interface Disk {
  bot: BotProcess
  fill: () => void
  free: () => void
  /** Whether its files are there when the bot has ended. */
  outlives: boolean
}

const DISKS: Record<string, (t: Test, dataDir: string) => Promise<Disk>> = {}
// A process may be told that no file of its may grow, which needs no privilege.
if (works('prlimit', ['--version'])) DISKS['no file may grow'] = limitedDisk
// A real disk of a few megabytes, where the system lets us mount one in a namespace of its own.
if (works('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp'])) DISKS['no space is left'] = smallDisk

for (const [title, start] of Object.entries(DISKS)) {
  t.test(`while ${title} callbacks are answered 503, and afterwards 200 by itself`, async (t) => {
    const dataDir = join(t.testdir(), 'data')
    const { bot, fill, free, outlives } = await start(t, dataDir)
    const send = (mid: string) => bot.post(textCallback('hi', mid))
    t.equal((await send('m_1')).status, 200)
    await becomes(bot, 200)

    fill()
    const [refused, other] = await Promise.all([send('m_2'), send('m_3')])
    t.match(refused, { status: 503 })
    t.match(other, { status: 503 })
    t.match(await refused.json(), { code: 'BOT_STORE_UNAVAILABLE' })
    t.ok(Number(refused.headers.get('retry-after')) > 0, 'Facebook is told to come again')
    await becomes(bot, 503)
    t.equal((await fetch(`${bot.address}/healthz`)).status, 200, 'the process lives')
    t.equal((await send('m_2')).status, 503, 'and says so as often as it is asked')

    free()
    t.equal((await send('m_2')).status, 200)
    await becomes(bot, 200)
    t.equal((await send('m_1')).status, 200)
    if (!outlives) {
      bot.child.kill('SIGTERM')
      t.same(await bot.ended, [0, null])
      return
    }
    bot.child.kill('SIGKILL')
    await bot.ended
    const store = await openAt(t, dataDir)
    for (const [mid, duplicates] of Object.entries({ m_1: 1, m_2: 1, m_3: 0 })) {
      const events = toNewEvents(textCallback('hi', mid).entry, Date.now())
      t.match(await store.accept(events), { duplicates }, 'what was answered 200 is stored, and nothing else')
    }
  })
}

t.test(
  'a second process on the same data folder ends and says who holds it, until that one dies',
  async (t) => {
    const dataDir = join(t.testdir(), 'data')
    const first = await startBotProcess(t, { dataDir })
    t.equal((await first.post(textCallback('hi', 'm_1'))).status, 200)

    const second = await startBotProcess(t, { dataDir })
    t.same(await second.ended, [1, null])
    t.match(
      second.stderr(),
      new RegExp(`^process ${first.child.pid} already runs on the data folder [^\\n]+\\n[^\\n]+DATA_DIR`),
    )
    t.equal((await first.post(textCallback('hi', 'm_2'))).status, 200, 'the first one goes on')

    // However it dies.
    first.child.kill('SIGKILL')
    await first.ended
    const third = await startBotProcess(t, { dataDir })
    t.equal((await third.post(textCallback('hi', 'm_2'))).status, 200)
    third.child.kill('SIGTERM')
    t.same(await third.ended, [0, null])
    const store = await openAt(t, dataDir)
    const known = ['m_1', 'm_2'].flatMap((mid) => toNewEvents(textCallback('hi', mid).entry, Date.now()))
    t.same(await store.accept(known), { stored: 0, duplicates: 2 })
  },
)

async function limitedDisk(t: Test, dataDir: string): Promise<Disk> {
  // Node ignores the signal that comes with the limit; what tap loads into processes by this variable does not.
  const bot = await startBotProcess(t, { dataDir, wrap: ['env', '-u', 'NODE_OPTIONS'] })
  const limit = (...args: string[]) =>
    execFileSync('prlimit', ['--pid', String(bot.child.pid), ...args], { encoding: 'utf8' })
  const before = limit('--fsize', '--noheadings', '--raw', '--output=SOFT').trim()
  return {
    bot,
    fill: () => limit('--fsize=1:'),
    free: () => limit(`--fsize=${before}:`),
    outlives: true,
  }
}

async function smallDisk(t: Test, dataDir: string): Promise<Disk> {
  mkdirSync(dataDir, { recursive: true })
  const mountThenRun = 'mount -t tmpfs -o size=4m tmpfs "$0" && exec "$@"'
  const wrap = ['unshare', '-rm', 'sh', '-c', mountThenRun, dataDir]
  const bot = await startBotProcess(t, { dataDir, wrap })
  const filler = join(`/proc/${bot.child.pid}/root`, dataDir, 'filler')
  return {
    bot,
    fill: () => {
      const handle = openSync(filler, 'w')
      // Down to the last byte.
      for (const size of [65_536, 4096, 1]) while (fits(handle, size));
      closeSync(handle)
    },
    free: () => rmSync(filler),
    outlives: false,
  }
}

function fits(handle: number, size: number): boolean {
  try {
    return writeSync(handle, Buffer.alloc(size)) === size
  } catch {
    return false
  }
}

/** Asks until it answers so; it looks at most once a second. */
function becomes(bot: BotProcess, status: number): Promise<void> {
  return until(async () => (await fetch(`${bot.address}/readyz`)).status === status, { everyMs: 50 })
}

async function openAt(t: Test, dataDir: string) {
  const store = await openTestStore({
    file: databaseIn(dataDir),
    clock: systemClock,
  })
  t.teardown(() => store.close())
  return store
}

function works(command: string, args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
