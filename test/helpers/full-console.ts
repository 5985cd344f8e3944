import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance, RouteOptions } from 'fastify'
import type { Test } from 'tap'
import type { Env } from '../../src/base/config.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { anyRoom, newEvent } from '../store/steps.ts'
import { createFakeClock } from './clock.ts'
import { buildConsole, openTab, signedInTab, type Console, type Tab } from './console.ts'
import { signed, textCallback } from './sign.ts'
import { until } from './until.ts'

/** A console in which every page has something to show. */
export interface FullConsole extends Console {
  /** Every route, as it was registered. */
  routes: { method: string; url: string; role?: string }[]
  owner: Tab
  /** A tab of a person with that role. */
  person: (role: string) => Promise<Tab>
  /** Addresses of each page, by its route. @throws Error for a page that this table does not know */
  pages: () => Promise<Record<string, string[]>>
}

const SCRIPT = `replies:
  hours:
    title: Opening hours
    when: [opening hours, when are you open]
    say: [From 9 to 18., { text: Come and see us, buttons: [{ title: The map, url: 'https://example.com/map' }] }]
    choices: [person]
  person: { title: A person, when: [talk to a person], say: Somebody comes., do: handover }
fallback: { say: Pardon? }
`
export const PERSON_PASSWORD = 'a long enough password'
const QUESTION = { mid: null, how: 'fallback', text: 'do you sell bikes?', likeness: 'bikes' } as const

export const buildFullConsole = async (t: Test, more: Env = {}): Promise<FullConsole> => {
  const dir = t.testdir()
  const script = join(dir, 'bot.yaml')
  writeFileSync(script, SCRIPT)
  const clock = createFakeClock()
  await fill(join(dir, 'evergreen.db'), clock)

  const routes: FullConsole['routes'] = []
  const listen = (message: unknown): void => {
    ;(message as { fastify: FastifyInstance }).fastify.addHook(
      'onRoute',
      ({ method, url, config }: RouteOptions) => {
        for (const one of [method].flat())
          routes.push({ method: one, url, ...(config?.role && { role: config.role }) })
      },
    )
  }
  subscribe('fastify.initialization', listen)
  const env = { BOT_SCRIPT: script, ALERT_URL: 'http://127.0.0.1:9/hush', ...more }
  const console = await buildConsole(t, { dir, clock, env }).finally(() =>
    unsubscribe('fastify.initialization', listen),
  )
  const { app } = console
  for (const [psid, text] of [
    ['700', 'talk to a person'],
    ['701', 'talk to a person'],
    ['800', 'when are you open'],
  ] as const)
    await app.inject(signed(textCallback(text, `m_${psid}`, { psid, atMs: clock.now() })))
  await until(async () => (await app.store.counts()).inbox === 0)

  const owner = await signedInTab(app)
  await owner.get('/operator/script/reply?name=hours')
  await owner.submit('/operator/script/reply', { do: 'save', title: 'Hours' })
  const invite = async (name: string, role: string): Promise<string> => {
    await owner.get('/operator/people')
    const { body } = await owner.submit('/operator/people', { do: 'invite', name, role })
    const { pathname, search } = new URL(/<code>(http[^<]*)<\/code>/.exec(body)?.[1] ?? '')
    return pathname + search
  }
  const person = async (role: string): Promise<Tab> => {
    const tab = openTab(app, '192.0.2.9')
    await tab.get(await invite(`the-${role}`, role))
    await tab.submit('/operator/join', { becomes: PERSON_PASSWORD })
    return tab
  }

  const pages = async (): Promise<Record<string, string[]>> => {
    const linkOn = async (page: string, pattern: RegExp): Promise<string> =>
      (pattern.exec((await owner.get(page)).body)?.[1] ?? '').replaceAll('&amp;', '&')
    await owner.get('/operator')
    const repair = await owner.submit('/operator/repair', { token: 'EAAnonsense' })
    const known: Record<string, string[]> = {
      '/operator': ['/operator'],
      '/operator/sign-in': ['/operator/sign-in'],
      '/operator/join': [await invite('somebody'.padEnd(32, 'w'), 'viewer'), '/operator/join?code=wrong'],
      '/operator/people': ['/operator/people'],
      '/operator/instances': ['/operator/instances'],
      '/operator/visitors': ['waiting', 'attended', 'all'].map((show) => `/operator/visitors?show=${show}`),
      '/operator/conversation': ['700', '800'].map((psid) => `/operator/conversation?page=100&psid=${psid}`),
      '/operator/dead-letters': ['/operator/dead-letters'],
      '/operator/dead-letters/:id': [
        await linkOn('/operator/dead-letters', /href="(\/operator\/dead-letters\/[^"]+)"/),
      ],
      '/operator/questions': ['/operator/questions'],
      '/operator/numbers': ['/operator/numbers'],
      '/operator/script': ['/operator/script'],
      '/operator/script/reply': ['/operator/script/reply?name=hours', '/operator/script/reply'],
      '/operator/script/text': ['/operator/script/text'],
      '/operator/script/versions': [
        '/operator/script/versions',
        await linkOn('/operator/script/versions', /href="(\/operator\/script\/versions\?[^"]*id=[^"]+)"/),
      ],
      '/operator/repair/:id': [String(repair.headers.location)],
    }
    const found = routes.filter(
      ({ method, url }) => method === 'GET' && url.startsWith('/operator') && !NO_PAGE.test(url),
    )
    for (const { url } of found)
      if (known[url]?.every((address) => address !== '') !== true) throw new Error(`what is at ${url}?`)
    return known
  }
  return { ...console, routes, owner, person, pages }
}

/** Files, streams, redirects. */
const NO_PAGE = /\/assets\/|\/live$|\.csv$|\/\*?$|\/facebook\/callback$/

/** A dead letter, and a question that was not understood, from before. */
const fill = async (file: string, clock: ReturnType<typeof createFakeClock>): Promise<void> => {
  const store = await openSqliteStore({ file, clock, onExit: () => undefined })
  await store.accept([newEvent('m1', { psid: 'psid-1', pageId: '100', timestampMs: clock.now() })])
  for (const claim of await store.claimInbox(1)) {
    for (const event of claim.events) {
      const replies = [JSON.stringify({ message: { text: 'Hello.' } })]
      await store.finishEvent(claim, event, {
        replies,
        question: { ...QUESTION, nearest: { reply: 'hours', confidence: 0.5 } },
      })
    }
    store.releaseInbox(claim)
  }
  for (const claim of await store.claimOutbox(1, anyRoom)) {
    for (const reply of claim.replies)
      await store.finishReply(claim, reply, { status: 'dead', reason: 'bad_request' })
    store.releaseOutbox(claim)
  }
  await store.close()
}
