import type { FastifyInstance } from 'fastify'
import type { SandboxEvent, TroubleBody } from '../api.ts'
import type { SandboxParts } from '../parts.ts'
import { addVisitor, findConversation, type Page } from '../world.ts'
import {
  BadBody,
  optionalInteger,
  optionalTexts,
  optionalTextIn,
  readAction,
  readInboxAction,
  readObject,
  readTrouble,
  textIn,
} from './bodies.ts'
import { guardAgainstForeignPages } from './guard.ts'
import { makeTrouble, TROUBLE_KINDS } from './make-trouble.ts'
import { streamEvents } from './stream.ts'
import { viewState } from './views.ts'

export interface ControlDeps {
  parts: SandboxParts
  host: string
  userToken: (options: { scopes?: string[]; expiresInSeconds?: number; pageIds?: string[] }) => string
  reset: () => void
}

/** The control API of `api.ts`, under `/sandbox/`. */
export const controlRoutes =
  ({ parts, host, userToken, reset }: ControlDeps) =>
  async (app: FastifyInstance) => {
    app.addHook('onRequest', async (request) => guardAgainstForeignPages(request, host))
    const stream = streamEvents(parts)
    app.addHook('preClose', async () => stream.close())

    // Nothing under /sandbox/ is ever a Graph call.
    app.all('/*', async () => {
      throw new BadBody('There is no such route; sandbox/api.ts lists them.', 404)
    })

    app.get('/state', async () => viewState(parts))

    app.get<{ Params: Thread }>('/conversations/:pageId/:psid', async ({ params }) => {
      const page = pageOf(parts, params.pageId)
      const conversation = findConversation(parts.world, page.id, visitorOf(parts, params.psid))
      if (conversation) return parts.chat.view(conversation)
      const nothing = { typing: false, seenMs: null, deliveredMs: null, windowEndsMs: null, messages: [] }
      return { pageId: page.id, psid: params.psid, ...nothing }
    })

    app.get<{ Querystring: { after?: string } }>('/traffic', async ({ query }) => {
      const after = Number(query.after ?? 0)
      return parts.traffic.after(Number.isFinite(after) ? after : 0)
    })

    app.get('/events', (_request, reply) => stream.open(reply))

    app.post('/visitors', async ({ body }) => {
      const given = readObject(body)
      const name = textIn(given, 'name', 100).trim()
      if (name === '') throw new BadBody('"name" must not be blank.')
      const pageId = optionalTextIn(given, 'pageId', 100)
      if (pageId !== undefined) pageOf(parts, pageId)
      const visitor = addVisitor(parts.world, parts.rng, { name })
      parts.bus.stateChanged()
      return visitor
    })

    app.post<{ Params: Thread }>('/conversations/:pageId/:psid', async ({ params, body }) => {
      const page = pageOf(parts, params.pageId)
      const acted = parts.chat.act(page, visitorOf(parts, params.psid), readAction(body))
      if ('problem' in acted) throw new BadBody(acted.problem, 409)
      return acted
    })

    app.post<{ Params: Thread }>('/inbox/:pageId/:psid', async ({ params, body }) => {
      const page = pageOf(parts, params.pageId)
      const conversation = findConversation(parts.world, page.id, visitorOf(parts, params.psid))
      if (!conversation) throw new BadBody('This visitor has not written to the Page yet.', 409)
      return parts.chat.inbox(page, conversation, readInboxAction(body), parts.settings.appId)
    })

    app.post<{ Params: { kind: string } }>('/trouble/:kind', async ({ params, body }) => {
      const kind = TROUBLE_KINDS.find((one) => one === params.kind)
      if (!kind) throw new BadBody(`There is no trouble of this kind; try ${TROUBLE_KINDS.join(', ')}.`, 404)
      const details: TroubleBody = readTrouble(body)
      makeTrouble(parts, kind, details)
      parts.bus.stateChanged()
      return viewState(parts)
    })

    app.post('/clock', async ({ body }) => {
      const seconds = optionalInteger(readObject(body), 'advanceSeconds', 0, 20 * 365 * 24 * 3600)
      if (seconds === undefined) throw new BadBody('"advanceSeconds" must be a whole number.')
      parts.clock.advance(seconds * 1000)
      parts.bus.stateChanged()
      return viewState(parts)
    })

    app.post('/user-token', async ({ body }) => {
      const given = readObject(body)
      const scopes = optionalTexts(given, 'scopes')
      const pageIds = optionalTexts(given, 'pageIds')
      const expiresInSeconds = optionalInteger(given, 'expiresInSeconds', 1, 365 * 24 * 3600)
      const token = userToken({
        ...(scopes && { scopes }),
        ...(pageIds && { pageIds }),
        ...(expiresInSeconds !== undefined && { expiresInSeconds }),
      })
      parts.bus.stateChanged()
      return { token }
    })

    app.post('/reset', async () => {
      reset()
      parts.bus.stateChanged()
      return viewState(parts)
    })
  }

interface Thread {
  pageId: string
  psid: string
}

export const stateEvent = (parts: SandboxParts): SandboxEvent & { type: 'state' } => ({
  type: 'state',
  state: viewState(parts),
})

const pageOf = (parts: SandboxParts, pageId: string): Page => {
  const page = parts.world.pages.get(pageId)
  if (!page) throw new BadBody('There is no Page with this id.', 404)
  return page
}

const visitorOf = (parts: SandboxParts, psid: string): string => {
  if (!parts.world.visitors.has(psid)) throw new BadBody('There is no visitor with this PSID.', 404)
  return psid
}
