import { execFileSync } from 'node:child_process'
import fs, { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock, type Clock } from '../../src/base/clock.ts'
import type { Script } from '../../src/script/types.ts'
import { openScriptFile, type ScriptFile } from '../../src/script/script-file.ts'
import { createFakeClock } from '../helpers/clock.ts'

interface Line {
  level: 'info' | 'warn'
  message: string
}

const ONE = 'replies: { one: { say: x } }\n'
const TWO = 'replies: { two: { say: x } }\n'
const WRONG = 'replies: { three: { sya: x } }\n'

interface Followed {
  file: string
  script: ScriptFile
  lines: Line[]
  names: () => string[]
  /** Resolves once the condition holds; looks again whenever the file was judged. */
  until: (condition: () => boolean) => Promise<void>
  /** How often a version was found wrong and is to be looked at again. */
  doubts: () => number
}

/** How long a wrong version is doubted; tells that one was found. */
const DOUBT_MS = 400

/** A script file that is being followed. */
const follow = async (t: Test): Promise<Followed> => {
  const file = join(t.testdir({ 'bot.yaml': ONE }), 'bot.yaml')
  const lines: Line[] = []
  const waiting = new Set<() => void>()
  let doubts = 0
  const look = (): void => {
    for (const wake of waiting) wake()
  }
  const clock: Clock = {
    ...systemClock,
    after: (ms, task) => {
      if (ms === DOUBT_MS) {
        doubts += 1
        look()
      }
      return systemClock.after(ms / 4, task)
    },
  }
  const log = logInto(lines, look)
  const script = await openScriptFile({ file, dataDir: 'data', variables: [], clock, log })
  script.start()
  // Neither the watch nor its timers keep a process alive; the test does.
  const alive = setInterval(() => undefined, 1000)
  t.teardown(() => {
    clearInterval(alive)
    script.stop()
  })
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        if (!condition()) return
        waiting.delete(wake)
        resolve()
      }
      waiting.add(wake)
      wake()
    })
  return { file, script, lines, names: () => namesOf(script.current()), until, doubts: () => doubts }
}

const logInto = (lines: Line[], look = (): void => undefined) => {
  const take = (level: Line['level']) => (_facts: object, message: string) => {
    lines.push({ level, message })
    look()
  }
  return { info: take('info'), warn: take('warn') }
}

const namesOf = (script: Script): string[] => [...script.replies.keys()]

t.test('a right change is used, and told to the listeners', async (t) => {
  const { file, script, lines, until, names } = await follow(t)
  const heard: string[][] = []
  const stop = script.onChange((next) => heard.push(namesOf(next)))

  writeFileSync(file, TWO)
  await until(() => lines.length > 0)
  t.same(names(), ['two'])
  t.same(heard, [['two']])
  t.same(lines, [{ level: 'info', message: 'new script' }])

  stop()
  writeFileSync(file, ONE)
  await until(() => lines.length > 1)
  t.same(names(), ['one'])
  t.same(heard, [['two']])
})

t.test('a wrong change keeps the last good script and is reported once, with its place', async (t) => {
  const { file, lines, until, names } = await follow(t)

  writeFileSync(file, WRONG)
  await until(() => lines.length > 0)
  t.same(names(), ['one'])
  t.match(lines, [
    { level: 'warn', message: /last good one stays in use[^]*bot\.yaml:1:21: found the key "sya"/ },
  ])

  // The same again is nothing new; another mistake is.
  writeFileSync(file, WRONG)
  writeFileSync(file, `${WRONG}other: x\n`)
  await until(() => lines.length > 1)
  t.match(lines[1], { level: 'warn', message: /the key "other"/ })
  t.same(names(), ['one'])

  writeFileSync(file, TWO)
  await until(() => lines.length > 2)
  t.same(names(), ['two'])
  t.match(lines[2], { level: 'info', message: 'the script is right again' })
})

t.test('a script that misses a picture is taken when the picture comes', async (t) => {
  const { file, lines, until, names } = await follow(t)

  writeFileSync(file, 'replies: { two: { say: { image: a.png } } }\n')
  await until(() => lines.length > 0)
  t.same(names(), ['one'])
  t.match(lines, [{ level: 'warn', message: /1:33: found "a\.png", which is not there/ }])

  writeFileSync(join(dirname(file), 'a.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47]))
  await until(() => lines.length > 1)
  t.same(names(), ['two'])
  t.match(lines[1], { level: 'info', message: 'the script is right again' })
})

t.test('a file that an editor writes in steps is not reported', async (t) => {
  const { file, lines, until, names, doubts } = await follow(t)

  writeFileSync(file, '')
  await until(() => doubts() === 1)
  writeFileSync(file, 'replies:\n  two:\n    sa')
  await until(() => doubts() === 2)
  writeFileSync(file, TWO)
  await until(() => lines.length > 0)
  t.same(names(), ['two'])
  t.same(lines, [{ level: 'info', message: 'new script' }])
})

t.test('a file that an editor replaces by another is followed', async (t) => {
  const { file, lines, until, names, doubts } = await follow(t)

  rmSync(file)
  await until(() => doubts() === 1)
  writeFileSync(`${file}.tmp`, TWO)
  renameSync(`${file}.tmp`, file)
  await until(() => lines.length > 0)
  t.same(names(), ['two'])
  t.same(lines, [{ level: 'info', message: 'new script' }])
})

t.test('a file that is gone is reported once, and taken up when it is back', async (t) => {
  const { file, lines, until, names, doubts } = await follow(t)

  rmSync(file)
  await until(() => lines.length > 0)
  t.match(lines, [{ level: 'warn', message: /no such file/ }])
  t.same(names(), ['one'])

  const before = doubts()
  writeFileSync(file, WRONG)
  rmSync(file)
  writeFileSync(file, WRONG)
  await until(() => doubts() > before)
  writeFileSync(file, TWO)
  await until(() => names()[0] === 'two')
  t.match(lines.at(-1), { level: 'info', message: 'the script is right again' })
})

t.test(
  'a change that cannot be read for a while, as with too many open files, is taken up later',
  async (t) => {
    const { file, lines, until, names } = await follow(t)
    const { open } = fs.promises
    const openWith = (how: typeof open): void => {
      fs.promises.open = how
      syncBuiltinESMExports()
    }
    t.teardown(() => openWith(open))
    // When it came, a moment later, and both once more at the next look.
    let refusals = 0
    const looks = Promise.withResolvers<void>()
    openWith(() => {
      if ((refusals += 1) === 4) looks.resolve()
      return Promise.reject(Object.assign(new Error('too many open files'), { code: 'EMFILE' }))
    })
    writeFileSync(file, TWO)
    await looks.promise
    t.match(lines, [{ level: 'warn', message: /cannot be read \(EMFILE\)/ }])

    openWith(open)
    await until(() => lines.length > 1)
    t.match(lines[1], { message: 'the script is right again' })
    t.same(names(), ['two'])
  },
)

t.test('a file that was wrong for a moment, and is then what it was, changes nothing', async (t) => {
  const { file, script, lines, until, names, doubts } = await follow(t)
  let changes = 0
  script.onChange(() => (changes += 1))

  writeFileSync(file, WRONG)
  await until(() => doubts() === 1)
  writeFileSync(file, ONE)
  writeFileSync(`${file}.tmp`, TWO)
  renameSync(`${file}.tmp`, file)
  await until(() => lines.length > 0)
  t.same(names(), ['two'])
  t.same(lines, [{ level: 'info', message: 'new script' }])
  t.equal(changes, 1)
})

t.test('a script that is wrong, missing, a folder, a pipe or too large is refused at start', async (t) => {
  const dir = t.testdir({ 'wrong.yaml': WRONG, 'large.yaml': 'x'.repeat(600 * 1024), folder: {} })
  mkdirSync(join(dir, 'folder', 'bot.yaml'))
  execFileSync('mkfifo', [join(dir, 'pipe.yaml')])
  const opened = (name: string) =>
    openScriptFile({
      dataDir: 'data',
      file: join(dir, name),
      variables: [],
      clock: systemClock,
      log: logInto([]),
    })

  const cases: [string, RegExp][] = [
    ['wrong.yaml', /wrong\.yaml:1:21: found the key "sya"/],
    ['missing.yaml', /missing\.yaml: found no such file; expected a script file \(BOT_SCRIPT names it\)/],
    ['wrong.yaml/bot.yaml', /no such file/],
    ['folder', /found a folder/],
    ['pipe.yaml', /found no ordinary file/],
    ['large.yaml', /at most 512 KiB/],
  ]
  for (const [name, message] of cases) {
    await t.rejects(opened(name), { code: 'BOT_SCRIPT_INVALID', message }, name)
  }
})

t.test('the operating system tells of a change before the next look', async (t) => {
  const file = join(t.testdir({ 'bot.yaml': ONE }), 'bot.yaml')
  // Time passes for real but for the look at the file every few seconds, which would find the change as well.
  const clock = {
    ...systemClock,
    after: (ms: number, task: () => void) => systemClock.after(ms >= 2000 ? 1e9 : ms, task),
  }
  const script = await openScriptFile({ file, dataDir: 'data', variables: [], clock, log: logInto([]) })
  const changed = new Promise<Script>((resolve) => script.onChange(resolve))
  // The watch does not keep a process alive; this test does.
  const alive = setInterval(() => undefined, 1000)
  t.teardown(() => {
    clearInterval(alive)
    script.stop()
  })
  script.start()

  writeFileSync(file, TWO)
  t.same(namesOf(await changed), ['two'])
})

t.test('after its end it neither looks nor speaks', async (t) => {
  const file = join(t.testdir({ 'bot.yaml': ONE }), 'bot.yaml')
  const clock = createFakeClock()
  const lines: Line[] = []
  const script = await openScriptFile({ file, dataDir: 'data', variables: [], clock, log: logInto(lines) })
  script.start()
  t.not(clock.pending(), 0)

  script.stop()
  writeFileSync(file, TWO)
  await clock.advance(10_000)
  t.same(namesOf(script.current()), ['one'])
  t.same(lines, [])
  t.equal(clock.pending(), 0)
})
