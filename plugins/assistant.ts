import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { request } from 'undici'
import { createAssistant, type AskAssistant, type Complete } from '../src/assistant/assistant.ts'
import { createBudget } from '../src/assistant/budget.ts'
import { isJsonObject, parseJson, type Json } from '../src/base/json.ts'
import { createOutgoing } from '../src/outgoing/proxies.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Asks the language model that a script names. */
    askAssistant: AskAssistant
  }
}

const LARGEST_ANSWER_BYTES = 256 * 1024
const MOST_TOKENS = 300

/** Asks a script's language model, an OpenAI-compatible server. Makes no calls unless a script names one. */
async function assistant(app: FastifyInstance) {
  const { clock, config, metrics, store } = app
  const agent = createOutgoing(config, { connections: 4 })

  const complete: Complete = async ({ url, model, messages, signal }) => {
    const { statusCode, body } = await request(`${url}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(config.ASSISTANT_KEY !== undefined && { authorization: `Bearer ${config.ASSISTANT_KEY}` }),
      },
      body: JSON.stringify({ model, messages, temperature: 0, max_tokens: MOST_TOKENS, stream: false }),
      dispatcher: agent,
      signal,
    })
    if (statusCode !== 200) {
      await body.dump({ limit: 16_384 })
      throw Object.assign(new Error('refused'), { code: `HTTP_${statusCode}` })
    }
    const pieces: Buffer[] = []
    let bytes = 0
    for await (const piece of body as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > LARGEST_ANSWER_BYTES) throw Object.assign(new Error('too large'), { code: 'TOO_LARGE' })
      pieces.push(piece)
    }
    return contentOf(parseJson(Buffer.concat(pieces).toString('utf8')))
  }

  app.decorate(
    'askAssistant',
    createAssistant({
      complete,
      budget: createBudget({ store, clock }),
      clock,
      log: app.log.child({ part: 'assistant' }),
      report: metrics.assistantAsked,
    }),
  )
  app.addHook('onClose', () => agent.destroy())
}

const contentOf = (answer: Json | undefined): string | null => {
  if (!isJsonObject(answer) || !Array.isArray(answer['choices'])) return null
  const [first] = answer['choices']
  const message = isJsonObject(first) ? first['message'] : undefined
  const content = isJsonObject(message) ? message['content'] : undefined
  return typeof content === 'string' ? content : null
}

export const assistantPlugin = fp(assistant, {
  name: 'assistant',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'metrics', 'store'],
})
