import t from 'tap'
import type { Traffic } from '../../src/api.ts'
import { APP_SECRET, control, graph, startConnected, startSandbox, VERIFY_TOKEN } from '../lab.ts'

t.test('no token and no secret is ever seen in the traffic', async (t) => {
  const { sandbox, pageToken, send, say } = await startConnected(t)
  const user = sandbox.userToken()
  say('hi')
  await send({ text: `my token is ${pageToken}` })
  await graph(sandbox, `/v25.0/me/accounts?access_token=${user}&limit=1`)
  await graph(sandbox, '/v25.0/me/messages', {
    body: { access_token: 'a-foreign-token', recipient: { id: '1' } },
  })
  await graph(sandbox, `/v25.0/oauth/access_token?client_id=1&client_secret=${APP_SECRET}&code=one-time-code`)
  await graph(sandbox, `/v25.0/${sandbox.appId}/subscriptions`, {
    token: `${sandbox.appId}|${APP_SECRET}`,
    body: { object: 'page', callback_url: 'http://127.0.0.1:1/', verify_token: VERIFY_TOKEN },
  })
  await sandbox.courier.idle()
  const { body } = await control(sandbox, 'traffic')
  const traffic = body as unknown as Traffic[]
  const text = JSON.stringify(traffic)
  for (const secret of [user, pageToken, APP_SECRET, VERIFY_TOKEN, 'a-foreign-token', 'one-time-code']) {
    t.notOk(text.includes(secret), `a secret shows: ${secret.slice(0, 4)}`)
  }
  t.match(traffic.at(-1), { id: Number, kind: String, method: String, path: String, tookMs: Number })
  t.match((await control(sandbox, `traffic?after=${traffic.at(-2)?.id}`)).body, [{ id: traffic.at(-1)?.id }])
})

t.test('the traffic log says why a body gave no parameters', async (t) => {
  const { sandbox, pageToken } = await startConnected(t)
  const requestOf = async (type: string, body: string) => {
    const headers = { 'content-type': type, authorization: `Bearer ${pageToken}` }
    const answer = await fetch(`${sandbox.origin}/v25.0/me/messages`, { method: 'POST', headers, body })
    t.match(await answer.json(), { error: { code: 100, message: /The parameter recipient is required/ } })
    return ((await control(sandbox, 'traffic')).body as unknown as Traffic[]).at(-1)?.request
  }
  const json = '{"recipient":{"id":"1"},"message":{"text":"hi"}}'
  t.match(
    await requestOf('application/x-www-form-urlencoded', json),
    `JSON sent as a form; the header "content-type: application/json" is missing: ${json}`,
  )
  t.match(await requestOf('application/json', `${json},`), `No JSON object: ${json},`)
  t.match(await requestOf('application/json', '[1]'), 'No JSON object: [1]')
  t.match(await requestOf('text/plain', json), `not text/plain: ${json}`)
  const secret = `{"access_token" : "${pageToken}", "client_secret":"abc"`
  t.equal(
    await requestOf('application/json', secret),
    'No JSON object: {"access_token" : "…", "client_secret":"…"',
  )
  for (let padding = 1900; padding < 2000; padding += 7)
    t.notMatch(
      await requestOf('application/json', `{${' '.repeat(padding)}"${pageToken}"`),
      /EAA/,
      'a cut token',
    )
  // Tokens of Facebook's own, which the sandbox does not know by their text.
  for (const written of [
    `{'access_token': 'mine'}`,
    '{access_token:mine}',
    String.raw`"{\"access_token\":\"mine\"}`,
  ])
    t.notMatch(await requestOf('application/json', written), /mine/, written)
  t.strictSame(await requestOf('application/x-www-form-urlencoded', 'a=1'), { a: '1' })
})

t.test('the traffic log is bounded', async (t) => {
  const sandbox = await startSandbox(t)
  for (let call = 0; call < 1100; call += 1) await sandbox.app.inject('/v25.0/me')
  const { body } = await control(sandbox, 'traffic')
  t.equal((body as unknown as Traffic[]).length, 500)
})
