import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { request } from 'undici'
import { createOutgoing } from '../src/outgoing/proxies.ts'
import { createAnswersCourier, type AnswersParcel } from '../src/forms/post-answers.ts'

const TIMEOUT_MS = 10_000

/** Posts the answers of forms to the addresses that the script names. */
async function formAnswers(app: FastifyInstance) {
  const agent = createOutgoing(app.config, { connect: { timeout: TIMEOUT_MS }, connections: 4 })

  const post = async (url: string, parcel: AnswersParcel): Promise<void> => {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `evergreen-${parcel.id}` },
      body: JSON.stringify(parcel),
      dispatcher: agent,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await body.dump({ limit: 16_384 })
    // A redirect could send personal data to an address the operator did not choose.
    if (statusCode >= 300) throw Object.assign(new Error('refused'), { code: `HTTP_${statusCode}` })
  }

  const courier = createAnswersCourier({
    store: app.store,
    duty: app.duty,
    instances: app.instances,
    post,
    clock: app.clock,
    log: app.log.child({ part: 'form-answers' }),
  })
  app.addHook('onListen', async () => courier.start())
  app.addHook('onClose', async () => {
    await courier.stop()
    await agent.destroy()
  })
}

export const formAnswersPlugin = fp(formAnswers, {
  name: 'form-answers',
  fastify: '5.x',
  dependencies: ['clock', 'store'],
})
