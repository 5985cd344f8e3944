import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { browserTest } from '../../sandbox/test/browser.ts'
import type { Traffic } from '../../sandbox/src/api.ts'
import { PASSWORD, signedInTab, type Tab } from '../helpers/console.ts'
import { buildTown, type Town } from '../helpers/town.ts'
import { until } from '../helpers/until.ts'

const APP_ID = '600000000000001'
const ANSWER = '/operator/conversation/answer'
const DAY_MS = 24 * 3_600_000
const SCRIPT = `
replies:
  person: { title: A person, when: [talk to a person], say: Somebody comes., do: handover }
  hours: { when: [opening hours], say: From 9 to 18. }
handover: { back: The bot is back. }
fallback: { say: Pardon? }
`

interface SceneOptions {
  script?: string
  /** The Page's default app; null for none. */
  defaultAppId?: string | null
}

/** A visitor has asked for a person, so the Page inbox has the thread. */
const scene = async (
  t: Test,
  { script = SCRIPT, defaultAppId = APP_ID }: SceneOptions = {},
): Promise<Town> => {
  const dir = mkdtempSync(join(tmpdir(), 'evergreen-test-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  const file = join(dir, 'bot.yaml')
  writeFileSync(file, script)
  const page = {
    id: '100000000000001',
    name: 'Evergreen Café',
    ...(defaultAppId !== null && { defaultAppId }),
  }
  const town = await buildTown(t, { sandbox: { pages: [page] }, env: { BOT_SCRIPT: file } })
  await town.bootstrap()
  town.say('talk to a person')
  await heard(town, 'Somebody comes.')
  await town.sandbox.until(() => holder(town) === 'Page inbox')
  return town
}

/** Resolves once the visitor has these words of the Page. */
const heard = ({ sandbox, pageId, psid }: Town, words: string): Promise<unknown> =>
  sandbox.until(() =>
    sandbox.conversation(pageId, psid)?.messages.some(({ from, text }) => from === 'page' && text === words),
  )

/** The app that has the thread. */
const holder = ({ sandbox, pageId, psid }: Town): string | null =>
  sandbox.conversation(pageId, psid)?.owner?.name ?? null

const pathOf = ({ pageId, psid }: Town): string => `/operator/conversation?page=${pageId}&psid=${psid}`

const operate = async (town: Town, tab: Tab, fields: Record<string, string>): Promise<void> => {
  await tab.get(pathOf(town))
  const { statusCode, body } = await tab.submit(ANSWER, fields)
  if (statusCode !== 303) throw new Error(body)
}

/** The calls at that edge, oldest first. */
const callsAt = async ({ sandbox }: Town, edge: string): Promise<Traffic[]> => {
  const all = (await (await fetch(`${sandbox.origin}/sandbox/traffic`)).json()) as Traffic[]
  return all.filter(({ kind, path }) => kind === 'graph' && path.includes(`/${edge}`))
}

/** Resolves once the inbox and the outbox are empty. */
const settled = ({ app }: Town): Promise<void> =>
  until(async () => {
    const { inbox, outbox } = await app.store.counts()
    return inbox === 0 && [...outbox.values()].every((count) => count === 0)
  })

browserTest(
  'a visitor asks for a person, the owner answers on a telephone and hands back, and the bot goes on',
  async (t, open) => {
    const town = await scene(t)
    const { page, complaints } = await open(`${town.address}/operator`, {
      viewport: { width: 390, height: 800 },
    })
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: 'Visitors' }).click()
    await page.locator('[data-is="waiting"] a').click()
    await page.getByLabel('Your answer').fill('Ann here. What may I do for you?')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('Your answer is on its way').waitFor()
    await heard(town, 'Ann here. What may I do for you?')
    await page.reload()
    const line = page.locator('.transcript li', { hasText: 'Ann here.' })
    await line.locator('.badge', { hasText: 'sent' }).waitFor()
    t.match(await line.innerText(), /^Person: operator/, 'it says who has answered')
    t.equal(holder(town), 'Sandbox app', 'the thread was taken back from the Page inbox')
    const [take] = await callsAt(town, 'take_thread_control')
    t.match(take, { status: 200 })

    town.say('opening hours')
    await settled(town)
    await page.getByRole('link', { name: 'Visitors' }).click()
    await page.getByRole('link', { name: 'With a person' }).click()
    await page.locator('[data-is="attended"] a').click()
    await page.getByText('opening hours').first().waitFor()
    t.equal(await page.getByText('From 9 to 18.').count(), 0, 'the bot is silent')
    await page.getByRole('button', { name: 'Hand back to the bot' }).click()
    await page.getByText('The bot has the conversation again').waitFor()
    await heard(town, 'The bot is back.')
    town.say('opening hours')
    await heard(town, 'From 9 to 18.')
    t.same(complaints, [])
  },
)

t.test('an answer inside of 24 hours goes out as one, without a tag', async (t) => {
  const town = await scene(t, { script: SCRIPT.replace('handover: {', 'handover: { human_agent: true,') })
  await operate(town, await signedInTab(town.app), { do: 'say', text: 'Ann here.' })
  await heard(town, 'Ann here.')
  const sent = (await callsAt(town, 'messages')).at(-1)
  t.match(sent?.request, { messaging_type: 'RESPONSE', message: { text: 'Ann here.' } })
  t.notMatch(sent?.request, { tag: /./ })
})

t.test('after 24 hours an answer carries HUMAN_AGENT, but what the bot says does not go out', async (t) => {
  const town = await scene(t, { script: SCRIPT.replace('handover: {', 'handover: { human_agent: true,') })
  const tab = await signedInTab(town.app)
  town.sandbox.clock.advance(DAY_MS + 3_600_000)
  await operate(town, tab, { do: 'say', text: 'Ann here, a day later.' })
  await heard(town, 'Ann here, a day later.')
  const sent = (await callsAt(town, 'messages')).at(-1)
  t.match(sent?.request, { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' })
  await operate(town, tab, { do: 'hand_back' })
  await settled(town)
  const { letters } = await town.app.store.deadLetters.list({ limit: 5 })
  t.match(letters, [{ reason: 'outside_window', body: /The bot is back/ }])
})

t.test(
  'after 24 hours, without leave of the script, an answer is a dead letter and is never sent',
  async (t) => {
    const town = await scene(t)
    const tab = await signedInTab(town.app)
    town.sandbox.clock.advance(DAY_MS + 3_600_000)
    const before = (await callsAt(town, 'messages')).length
    await operate(town, tab, { do: 'say', text: 'Too late.' })
    await settled(town)
    t.match((await town.app.store.deadLetters.list({ limit: 5 })).letters, [{ reason: 'outside_window' }])
    const after = await callsAt(town, 'messages')
    t.notMatch(JSON.stringify(after.slice(before)), /HUMAN_AGENT/)
    t.match((await tab.get(pathOf(town))).body, /Too late\.[^]*|dead letter/)
  },
)

t.test(
  'a Page without a default app keeps the thread in its inbox: the page says so beside the answer',
  async (t) => {
    const town = await scene(t, { defaultAppId: null })
    const tab = await signedInTab(town.app)
    await operate(town, tab, { do: 'say', text: 'Ann here.' })
    await settled(town)
    const { body } = await tab.get(pathOf(town))
    t.match(body, /not reachable[^]*Ann here\.[^]*another app or a person has taken over the conversation/)
    t.match(body, /make this app the default app of the Page/)
  },
)
