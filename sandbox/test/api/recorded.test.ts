import t from 'tap'
import { graph, startConnected, textOf, type Answer } from '../lab.ts'
import { RECORDED } from '../recorded-refusals/all.ts'
import type { Sent } from '../recorded-refusals/recorded.ts'

t.test('what Facebook was seen to refuse is refused with its code, subcode and words', async (t) => {
  const { sandbox, pageToken, pageId, psid, send, say } = await startConnected(t)
  say('hi')

  const perform = async (sent: Sent): Promise<Answer> => {
    if ('message' in sent) return send(sent.message, sent.around)
    if ('template' in sent) return send({ attachment: { type: 'template', payload: sent.template } })
    if ('profile' in sent) {
      const { profile: body, method } = sent
      return graph(sandbox, '/v25.0/me/messenger_profile', {
        token: pageToken,
        body,
        ...(method && { method }),
      })
    }
    const { path, token = 'page', ...rest } = sent
    const tokens = { page: { token: pageToken }, user: { token: sandbox.userToken() }, none: {} }
    return graph(sandbox, `/v25.0/${path}`, { ...tokens[token], ...rest })
  }

  let taken = 0
  for (const { name, send: sent, refused } of RECORDED) {
    const { status, body } = await perform(sent)
    if (!refused) {
      t.equal(status, 200, `${name} is taken`)
      taken += 'message' in sent || 'template' in sent ? 1 : 0
      continue
    }
    const { fbtrace_id: traceId, ...error } = (body['error'] ?? {}) as Record<string, unknown>
    t.equal(status, 400, name)
    t.match(traceId, /^A/, name)
    if (refused.message === undefined) t.match(error, refused, name)
    else t.strictSame(error, { type: 'OAuthException', ...refused }, name)
  }
  t.ok(RECORDED.filter(({ refused }) => refused).length >= 36, 'the recorded ones are all there')
  t.equal(sandbox.conversation(pageId, psid)?.messages.length, 1 + taken, 'nothing else was sent')
})

t.test('what the profile may hold is told in the order of the recorded refusals', async (t) => {
  const { sandbox, pageToken } = await startConnected(t)
  const first =
    'get_started,persistent_menu,target_audience,whitelisted_domains,greeting,account_linking_url,payment_settings,home_url'
  const call = (method: string, body: object) =>
    graph(sandbox, '/v25.0/me/messenger_profile', { token: pageToken, method, body })
  const message = async (answer: Promise<Answer>) => textOf((await answer).body['error']?.['message'])
  t.equal((await message(call('POST', {}))).indexOf(`(#100) Requires one of the params: ${first}`), 0)
  const named = first.split(',').join(', ').toUpperCase()
  const refusal = await message(call('DELETE', { fields: ['getting_started'] }))
  t.equal(refusal.indexOf(`(#100) Param fields[0] must be one of {${named}`), 0)
})
