import type { FastifyInstance } from 'fastify'
import type { SandboxEvent, TroubleBody } from '../api.ts'
import { INBOX_APP_ID } from '../chat/facts.ts'
import type { SandboxParts } from '../parts.ts'
import { addVisitor } from '../populate.ts'
import { aboutPage } from '../webhooks/items.ts'
import { findConversation, type Page } from '../world.ts'
import {
  BadBody,
  oneOf,
  optionalBoolean,
  optionalInteger,
  optionalTexts,
  optionalTextIn,
  readObject,
  readTrouble,
  textIn,
} from './bodies.ts'
import { ifGiven } from '../if-given.ts'
import { guardAgainstForeignPages } from './guard.ts'
import { makeTrouble, TROUBLE_KINDS } from './make-trouble.ts'
import { readAction, readInboxAction } from './read-action.ts'
import { reviewTemplate } from './review-template.ts'
import { BadSnapshot } from '../snapshot/codec.ts'
import { sendTestWebhook } from './test-webhook.ts'
import { streamEvents } from './stream.ts'
import { viewState } from './views.ts'
import type { Reach } from '../reach/names.ts'

export interface ControlDeps {
  parts: SandboxParts
  reach: Reach
  userToken: (options: {
    scopes?: string[]
    expiresInSeconds?: number
    pageIds?: string[]
    userId?: string
    appId?: string
  }) => string
  reset: () => void
  save: () => object
  load: (snapshot: unknown) => void
}

/** Large, because a world may hold uploads. */
const LARGEST_WORLD_BYTES = 512 * 1024 * 1024

/** The control API of `api.ts`, under `/sandbox/`. */
export const controlRoutes =
  ({ parts, reach, userToken, reset, save, load }: ControlDeps) =>
  async (app: FastifyInstance) => {
    app.addHook('onRequest', async (request) => guardAgainstForeignPages(request, reach))
    // A POST without a body, such as `reset`, is one with an empty object.
    const parseJson = app.getDefaultJsonParser('error', 'error')
    app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) =>
      body === '' ? done(null, undefined) : parseJson(request, body, done),
    )
    const stream = streamEvents(parts)
    app.addHook('preClose', async () => stream.close())

    // Nothing under /sandbox/ is ever a Graph call.
    app.all('/*', async () => {
      throw new BadBody('There is no such route; sandbox/src/api.ts lists them.', 404)
    })

    app.get('/state', async () => viewState(parts))

    app.get<{ Params: Thread }>('/conversations/:pageId/:psid', async ({ params }) => {
      const page = pageOf(parts, params.pageId)
      const conversation = findConversation(parts.world, page.id, visitorOf(parts, params.psid))
      if (conversation) return parts.chat.view(conversation)
      return { pageId: page.id, psid: params.psid, ...NOTHING_YET }
    })

    app.get<{ Querystring: { after?: string } }>('/traffic', async ({ query }) => {
      const after = Number(query.after ?? 0)
      return parts.traffic.after(Number.isFinite(after) ? after : 0)
    })

    app.get('/events', (_request, reply) => stream.open(reply))

    app.post('/visitors', async ({ body }) => {
      const facts = readObject(body)
      const name = textIn(facts, 'name', 100).trim()
      if (name === '') throw new BadBody('"name" must not be blank.')
      const pageId = optionalTextIn(facts, 'pageId', 100)
      if (pageId !== undefined) pageOf(parts, pageId)
      const visitor = addVisitor(parts.world, parts.rng, {
        name,
        ...ifGiven('appRole', optionalBoolean(facts, 'appRole')),
        ...ifGiven('email', optionalTextIn(facts, 'email', 320)),
        ...ifGiven('phone', optionalTextIn(facts, 'phone', 40)),
      })
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
      return parts.chat.page.inbox(page, conversation, readInboxAction(body), parts.settings.appId)
    })

    app.post<{ Params: { pageId: string } }>('/pages/:pageId', async ({ params, body }) => {
      const page = pageOf(parts, params.pageId)
      const facts = readObject(body)
      const asked = facts['defaultAppId'] === null ? null : optionalTextIn(facts, 'defaultAppId', 40)
      if (asked !== undefined) setDefaultApp(parts, page, asked)
      parts.bus.stateChanged()
      return viewState(parts)
    })

    app.post<{ Params: { id: string } }>('/templates/:id', async ({ params, body }) => {
      reviewTemplate(parts, params.id, body)
      parts.bus.stateChanged()
      return viewState(parts)
    })

    app.post('/test-webhook', async ({ body }) => {
      const facts = readObject(body)
      const from = facts['from'] === undefined ? 'app' : oneOf(facts, 'from', ['app', 'page'] as const)
      return sendTestWebhook(parts, { field: textIn(facts, 'field', 100), from })
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
      const facts = readObject(body)
      const userId = optionalTextIn(facts, 'userId', 40)
      if (userId !== undefined && !parts.world.users.has(userId)) {
        throw new BadBody('There is no person with this id.', 404)
      }
      const appId = optionalTextIn(facts, 'appId', 40)
      if (appId !== undefined && !parts.world.apps.has(appId)) {
        throw new BadBody('There is no app with this id.', 404)
      }
      const token = userToken({
        ...ifGiven('scopes', optionalTexts(facts, 'scopes')),
        ...ifGiven('pageIds', optionalTexts(facts, 'pageIds')),
        ...ifGiven('expiresInSeconds', optionalInteger(facts, 'expiresInSeconds', 1, 365 * 24 * 3600)),
        ...ifGiven('userId', userId),
        ...ifGiven('appId', appId),
      })
      parts.bus.stateChanged()
      return { token }
    })

    app.get('/world', async () => save())

    app.put('/world', { bodyLimit: LARGEST_WORLD_BYTES }, async ({ body }) => {
      try {
        load(body)
      } catch (error) {
        if (error instanceof BadSnapshot) throw new BadBody(error.message)
        throw error
      }
      parts.bus.stateChanged()
      return viewState(parts)
    })

    app.post('/reset', async () => {
      reset()
      parts.bus.stateChanged()
      return viewState(parts)
    })
  }

/** The view of a conversation that has not begun. */
const NOTHING_YET = {
  messages: [],
  typing: false,
  typingAs: null,
  seenMs: null,
  deliveredMs: null,
  readMs: null,
  windowEndsMs: null,
  owner: null,
  blocked: false,
  menu: null,
}

/** Sets the default app as in the Page's settings; the apps concerned get `app_roles`. */
const setDefaultApp = (parts: SandboxParts, page: Page, appId: string | null) => {
  if (appId !== null && appId !== INBOX_APP_ID && !parts.world.apps.has(appId)) {
    throw new BadBody('There is no app with this id.', 404)
  }
  page.defaultAppId = appId
  if (appId === null) return
  const ends = { pageId: page.id, atMs: parts.clock.nowMs() }
  const item = aboutPage('messaging_handovers', ends, { app_roles: { [appId]: ['primary_receiver'] } })
  parts.courier.post({ page, psid: '', item, only: appId })
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
