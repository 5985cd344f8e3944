import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Page } from 'playwright-core'
import { browserTest } from '../../sandbox/test/browser.ts'
import { until } from '../helpers/until.ts'

const ROOT = new URL('../..', import.meta.url)

interface Demo {
  process: ChildProcess
  /** All it printed so far. */
  printed: () => string
  /** The chat page. */
  url: string
  /** The command it says mends the token. */
  repair: string
  env: NodeJS.ProcessEnv
  /** Its folder for temporary files. */
  temp: string
}

/** Starts `npm run demo` as a newcomer does, with a temporary folder of its own. */
const startDemo = async (t: Test): Promise<Demo> => {
  const temp = join(t.testdir(), 'tmp')
  mkdirSync(temp)
  const env = { ...process.env, TMPDIR: temp }
  const child = spawn('npm', ['run', '--silent', 'demo'], { cwd: ROOT, env, detached: true })
  let printed = ''
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
    process.kill(-child.pid, 'SIGKILL')
    await hasGone(child.pid)
  })
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the demo ended: ${printed}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      printed += `${line}\n`
      if (line.includes('Ctrl-C')) resolve()
    })
  })
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? ''
  const repair = /npm run demo:repair.*$/m.exec(printed)?.[0] ?? ''
  return { process: child, printed: () => printed, url, repair, env, temp }
}

/** Resolves when this process, or another one, listens there. */
const takePort = async (t: Test, port: number): Promise<void> => {
  const taken = createServer()
  await new Promise<void>((resolve) => {
    taken.once('error', () => resolve())
    taken.listen(port, '127.0.0.1', () => resolve())
  })
  t.teardown(() => taken.close())
}

/** Presses Ctrl-C: the terminal sends the signal to npm and to all it started. Resolves when the last of them is gone. */
const stop = async ({ process: child }: Demo): Promise<void> => {
  const { pid } = child
  if (pid === undefined) return
  process.kill(-pid, 'SIGINT')
  await hasGone(pid)
}

/** Resolves when the last process of the group has ended. */
const hasGone = (group: number): Promise<void> =>
  until(
    () => {
      try {
        return !process.kill(-group, 0)
      } catch {
        return true
      }
    },
    { everyMs: 20 },
  )

/** What Evergreen left; npm keeps a cache of its own there. */
const leftovers = ({ temp }: Demo): string[] =>
  readdirSync(temp).filter((name) => name.startsWith('evergreen'))

const run = async (
  command: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> => {
  const child = spawn(command, { cwd: ROOT, env, shell: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  }
  const [code] = (await once(child, 'exit')) as [number | null]
  return { code, output }
}

const say = async (page: Page, text: string): Promise<void> => {
  await page.getByTestId('composer').fill(text)
  await page.getByTestId('composer').press('Enter')
}

const answers = (page: Page) => page.locator('[data-testid="message"][data-from="page"]')

/** Cards, a form, and a person who answers from the Page inbox. */
const showAround = async (page: Page): Promise<void> => {
  const heard = (text: string) => answers(page).filter({ hasText: text }).last().waitFor()
  await say(page, 'what is new?')
  await page.getByTestId('button').filter({ hasText: 'Put one aside' }).first().click()
  // The button says which piece it is, so the form does not ask for it.
  await heard('How many')
  await say(page, 'lots')
  await heard('A number from 1 to 6')
  await say(page, '2')
  await heard('e-mail address')
  await say(page, 'ann@example.com')
  await heard('2 × Mug. We write to ann@example.com')
  await say(page, 'I want to talk to a human')
  await page.getByTestId('holder').filter({ hasText: 'Page inbox' }).waitFor()
  await page.getByTestId('inbox-text').fill('Maria here.')
  await page.getByTestId('inbox-text').press('Enter')
  await heard('Maria here.')
  await page.getByTestId('inbox-move').click()
  await heard('is back')
}

browserTest(
  'the first minute, though the port is taken: ask, break the token, write three messages, mend it, see three replies',
  async (t, open) => {
    await takePort(t, 4000)
    const demo = await startDemo(t)
    t.not(demo.url, 'http://127.0.0.1:4000', 'the next free one is used and printed')
    t.equal(demo.repair, `npm run demo:repair -- ${new URL(demo.url).port}`)
    const itsOwn = 300 + Number(new URL(demo.url).port) - 4000
    t.match(
      demo.printed(),
      `:${itsOwn}`,
      'the bot of a demo that starts at the same time looks at other ports',
    )
    const { page, complaints } = await open(demo.url, { viewport: { width: 1440, height: 900 } })

    await say(page, 'when are you opn?')
    await answers(page).filter({ hasText: 'We are open Monday to Friday' }).waitFor()

    await page.locator('[data-trouble="password-changed"]').click()
    await page.locator('[data-testid="token-state"][data-state="dead"]').waitFor()
    // Whatever the last answer still had to say went out before the token died.
    await page.waitForTimeout(0)
    const before = await answers(page).count()
    const questions = ['where is your shop', 'order 4711', 'thanks']
    for (const text of questions) await say(page, text)
    await page.locator('[data-receipt="waiting"]').waitFor()
    await page.locator('[data-receipt="pending"]').waitFor({ state: 'detached' })
    t.equal(await answers(page).count(), before, 'they wait')

    const repair = await run(demo.repair, demo.env)
    t.equal(repair.code, 0, repair.output)
    const fresh = answers(page)
    await fresh.nth(before + questions.length - 1).waitFor()
    const texts = (await fresh.allInnerTexts()).slice(before)
    t.match(texts.join('\n'), /.+[\s\S]*4711[\s\S]+/, 'in the order of the questions')
    await showAround(page)
    t.same(complaints, [], 'the console stayed empty')

    t.not(leftovers(demo).length, 0)
    await stop(demo)
    t.same(leftovers(demo), [], 'nothing is left behind')
  },
)

t.test('without a demo there is nothing to repair, and it says what to do', async (t) => {
  const env = { ...process.env, TMPDIR: t.testdir() }
  for (const [port, command] of [
    [1, 'npm run --silent demo:repair -- 1'],
    [4000, 'npm run --silent demo:repair'],
  ] as const) {
    const { code, output } = await run(command, env)
    t.equal(code, 1)
    t.match(output, new RegExp(`No demo runs on port ${port}\\..*npm run demo`, 's'))
  }
})
