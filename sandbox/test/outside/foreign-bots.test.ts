import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Test } from 'tap'
import { FOREIGN_FOLDER, foreignTest } from '../foreign-clients.ts'
import { APP_ID, APP_SECRET, graph, startConnected, VERIFY_TOKEN } from '../lab.ts'
import { certificates } from './certificates.ts'

/** A whole bot as a process of its own, which reaches the sandbox by the proxy alone; subscribed as the app's callback. */
const startWithBot = async (t: Test, name: 'bootbot' | 'botkit') => {
  const world = await startConnected(t, { tls: { certificates, port: 0 } })
  const { sandbox, pageId, pageToken, psid } = world
  const { NODE_OPTIONS: _loaders, ...outside } = process.env
  const child = spawn(process.execPath, ['whole-bots.js', name], {
    cwd: FOREIGN_FOLDER,
    env: {
      ...outside,
      HTTPS_PROXY: sandbox.origin,
      NODE_USE_ENV_PROXY: '1',
      NODE_EXTRA_CA_CERTS: certificates.caFile,
      ACCESS_TOKEN: pageToken,
      APP_SECRET,
      VERIFY_TOKEN,
    },
  })
  t.teardown(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  while (!/listening on \d+/.test(output)) {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${output}`)
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  }
  const url = `http://127.0.0.1:${/listening on (\d+)/.exec(output)?.[1]}/${name}`
  const answer = await graph(sandbox, `/v25.0/${APP_ID}/subscriptions`, {
    token: `${APP_ID}|${APP_SECRET}`,
    body: {
      object: 'page',
      callback_url: url,
      verify_token: VERIFY_TOKEN,
      fields: 'messages,messaging_postbacks',
    },
  })
  t.match(answer, { status: 200 }, 'it answered the verification')
  const heard = async (count: number) => (await sandbox.replies(pageId, psid, count)).at(-1)
  return { ...world, heard }
}

foreignTest('BootBot, unmodified, greets, answers, shows cards, asks and reads profiles', async (t) => {
  const { sandbox, pageId, psid, heard, say } = await startWithBot(t, 'bootbot')
  await sandbox.until(() => sandbox.state().pages[0]?.getStarted ?? null)
  await sandbox.until(() => sandbox.state().pages[0]?.greeting === 'Hello')
  sandbox.act(pageId, psid, { type: 'get_started' })
  t.equal((await heard(1))?.text, 'Welcome to BootBot')
  say('name')
  t.equal((await heard(2))?.text, 'You are Vera')
  say('card')
  t.match((await heard(3))?.attachment?.payload, { elements: [{ title: 'Bread' }] })
  sandbox.act(pageId, psid, { type: 'postback', title: 'Buy', payload: 'BUY' })
  t.equal((await heard(4))?.text, 'Bought')
  say('choose')
  t.match((await heard(5))?.quickReplies, [{ title: 'Rye' }, { title: 'Wheat' }])
  say('ask')
  t.equal((await heard(6))?.text, 'How many?')
  say('three')
  t.equal((await heard(7))?.text, 'So three.')
})

foreignTest("Botkit's Facebook adapter, unmodified, checks signatures, types and answers", async (t) => {
  const { sandbox, heard, say } = await startWithBot(t, 'botkit')
  say('é@/<%😊')
  t.equal((await heard(1))?.text, 'Botkit heard é@/<%😊')
  say('again')
  t.equal((await heard(2))?.text, 'Botkit heard again')
  await sandbox.courier.idle()
  t.equal(sandbox.state().webhook.lastStatus, 200)
})
