import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { buildConsole, signedInTab } from '../helpers/console.ts'
import { signed, textCallback } from '../helpers/sign.ts'
import { until } from '../helpers/until.ts'

interface Asked {
  url: string | undefined
  key: string | undefined
  body: string
}

/** An OpenAI-compatible server that says what it is told to. */
const startModel = async (t: Test, says: { status: number; answer: string }) => {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => (body += String(piece)))
    request.on('end', () => {
      asked.push({ url: request.url, key: request.headers.authorization, body })
      response.writeHead(says.status, { 'content-type': 'application/json' }).end(says.answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` }
}

const scene = async (t: Test, model: { status: number; answer: string }) => {
  const { asked, url } = await startModel(t, model)
  const dir = t.testdir()
  const script = join(dir, 'bot.yaml')
  writeFileSync(
    script,
    `replies:\n  hours: { when: opening hours, say: From 9 to 18. }\nfallback: { say: Pardon? }\nassistant: { url: '${url}', model: small }\n`,
  )
  const world = await buildConsole(t, { dir, env: { BOT_SCRIPT: script, ASSISTANT_KEY: 'sk-very-secret' } })
  const tab = await signedInTab(world.app)
  /** What the visitor gets. */
  const ask = async (text: string, psid = '700'): Promise<string> => {
    await world.app.inject(signed(textCallback(text, `m_${psid}`, { psid })))
    let body = ''
    await until(async () => {
      ;({ body } = await tab.get(`/operator/conversation?page=100&psid=${psid}`))
      return /class="bot"/.test(body)
    })
    return body
  }
  return { ...world, tab, asked, ask }
}

const chat = (content: string): string =>
  JSON.stringify({ choices: [{ message: { role: 'assistant', content } }] })

t.test('what the model answered stands beside the question, where it becomes a reply', async (t) => {
  const { ask, asked, tab, log, app } = await scene(t, {
    status: 200,
    answer: chat('On Sunday, too: from 9.'),
  })
  t.match(await ask('and on the day of the lord?'), /On Sunday, too: from 9\.\s+Written by a machine/)
  t.match(asked, [
    { url: '/v1/chat/completions', key: 'Bearer sk-very-secret', body: /"model":"small"[^]*From 9 to 18/ },
  ])
  const { body } = await tab.get('/operator/questions')
  t.match(
    body,
    /and on the day of the lord[^]*The language model answered[^]*On Sunday, too[^]*<textarea[^>]*>On Sunday, too/,
  )
  t.match((await app.inject({ url: '/metrics', headers: { cookie: '' } })).statusCode, 401)
  t.notMatch(log(), /lord|Sunday|very-secret/)
})

t.test('with any other answer of the server the visitor gets the fallback', async (t) => {
  const says = { status: 200, answer: '' }
  const { ask, log } = await scene(t, says)
  for (const [n, other] of [
    { status: 401, answer: '{"error":{"message":"sk-very-secret is wrong"}}' },
    { status: 200, answer: '<html>' },
    { status: 200, answer: '{"choices":[]}' },
    { status: 302, answer: '' },
  ].entries()) {
    Object.assign(says, other)
    t.match(await ask('do you sell bicycles', `80${n}`), /Pardon\?/, other.answer)
  }
  t.notMatch(log(), /bicycles|very-secret/)
})
