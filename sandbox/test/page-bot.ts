import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { createSandbox, type Sandbox, type SandboxOptions } from '../src/server.ts'

/** What the bot heard: a text, a quick reply, a button. */
export interface Heard {
  text: string
  payload: string | null
}

/** The messages it says to that. */
export type Script = (heard: Heard) => object[]

/** A sandbox and the smallest bot that talks to it over the wire: one Page token, replies in order, parked while refused. */
export interface Talk {
  sandbox: Sandbox
  pageId: string
  heard: Heard[]
  /** What an operator does: a fresh user token, a fresh Page token, and out go the parked replies. */
  repair: (userToken?: string) => Promise<void>
  /** Calls the Send API as the Page. */
  send: (body: object) => Promise<void>
}

export const PROFILE = {
  greeting: [{ locale: 'default', text: 'Hi {{user_first_name}}! Ask me anything.' }],
  get_started: { payload: 'welcome' },
  ice_breakers: [
    { locale: 'default', call_to_actions: [{ question: 'When are you open?', payload: 'hours' }] },
  ],
  persistent_menu: [
    {
      locale: 'default',
      composer_input_disabled: false,
      call_to_actions: [
        { type: 'postback', title: 'Opening hours', payload: 'hours' },
        { type: 'web_url', title: 'Website', url: 'https://example.com/' },
      ],
    },
  ],
}

/** A shop's assistant; everything else is echoed. */
export const SHOP: Script = ({ text, payload }) => {
  if (payload === 'welcome') return [{ text: 'Hello! I am the assistant.' }]
  if (payload === 'hours' || /open|opn/.test(text)) {
    return [{ text: 'We are open Monday to Friday.' }, { text: 'From 9 to 18.', quick_replies: CHOICES }]
  }
  return [{ text: `You said: ${text}` }]
}

const CHOICES = [
  { content_type: 'text', title: 'Opening hours', payload: 'hours' },
  { content_type: 'text', title: 'Talk to a person', payload: 'human' },
]

const BASE: SandboxOptions = {
  appId: '600000000000001',
  appSecret: 'app-secret-1',
  verifyToken: 'verify-1',
  pages: [{ name: 'Corner Bakery' }],
  visitors: [{ name: 'Vera Visitor' }, { name: 'Victor Guest' }],
  repairCommand: 'npm run bootstrap-token',
  seed: 1,
}

/** Starts both; what is still running is ended with the test. */
export const startTalk = async (
  t: Test,
  {
    script = SHOP,
    options = {},
    profile = PROFILE,
  }: { script?: Script; options?: Partial<SandboxOptions>; profile?: object } = {},
): Promise<Talk> => {
  const sandbox = await createSandbox({ ...BASE, ...options })
  t.teardown(() => sandbox.close())
  const heard: Heard[] = []
  const parked: { psid: string; message: object }[] = []
  let pageToken = ''
  let turn = Promise.resolve()

  const call = async (
    method: string,
    path: string,
    token: string,
    body?: object,
  ): Promise<{ status: number; data: Answer }> => {
    const response = await fetch(`${sandbox.origin}/v25.0/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, data: (await response.json().catch(() => ({}))) as Answer }
  }

  const flush = async () => {
    for (let next = parked[0]; next !== undefined; next = parked[0]) {
      const message = { recipient: { id: next.psid }, messaging_type: 'RESPONSE', message: next.message }
      const { status } = await call('POST', 'me/messages', pageToken, message)
      if (status !== 200) return
      parked.shift()
    }
  }
  const inTurn = (work: () => Promise<void>): Promise<void> => (turn = turn.then(work))

  const repair = async (userToken = sandbox.userToken()) => {
    const { data } = await call('GET', 'me/accounts?fields=id,access_token', userToken)
    pageToken = data.data?.[0]?.access_token ?? ''
    await inTurn(flush)
  }

  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://bot')
    if (request.method === 'GET') return void response.end(url.searchParams.get('hub.challenge'))
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    response.end('EVENT_RECEIVED')
    const { entry } = JSON.parse(Buffer.concat(chunks).toString()) as { entry: { messaging?: Item[] }[] }
    for (const { sender, message, postback } of entry.flatMap(({ messaging = [] }) => messaging)) {
      if (message?.is_echo === true || (message === undefined && postback === undefined)) continue
      const said = {
        text: message?.text ?? postback?.title ?? '',
        payload: message?.quick_reply?.payload ?? postback?.payload ?? null,
      }
      heard.push(said)
      parked.push(...script(said).map((reply) => ({ psid: sender.id, message: reply })))
    }
    await inTurn(flush)
  }
  const bot = createServer((request, response) => void take(request, response))
  await new Promise<void>((resolve) => void bot.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    bot.closeAllConnections()
    return new Promise((resolve) => bot.close(resolve))
  })

  const pageId = sandbox.state().pages[0]?.id ?? ''
  sandbox.setWebhook({
    url: `http://127.0.0.1:${(bot.address() as AddressInfo).port}/webhook`,
    verifyToken: 'verify-1',
  })
  await repair()
  await call('POST', `${pageId}/subscribed_apps`, pageToken, {
    subscribed_fields: 'messages,messaging_postbacks',
  })
  await call('POST', 'me/messenger_profile', pageToken, profile)
  const send = async (body: object) => {
    const { status, data } = await call('POST', 'me/messages', pageToken, body)
    if (status !== 200) throw new Error(`The sandbox refused: ${JSON.stringify(data)}`)
  }
  return { sandbox, pageId, heard, repair, send }
}

interface Answer {
  data?: { access_token?: string }[]
}

interface Item {
  sender: { id: string }
  message?: { text?: string; is_echo?: boolean; quick_reply?: { payload: string } }
  postback?: { title: string; payload: string }
}
