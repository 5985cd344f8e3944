import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { openEventStream } from '../../src/web/event-stream.ts'
import { repairPage, repairProgress } from '../../src/console/repair-page.ts'
import type { Repair, RepairOrder } from '../../src/console/repairs.ts'
import { tokenSource } from '../../src/token/token-source.ts'
import { BotError } from '../../src/base/errors.ts'
import { WHOLE_BOT } from '../../src/alerts/needs.ts'
import { dialogUrl, readCode, redeemCode, type DialogAnswer } from '../../src/token/login-dialog.ts'
import { showPage } from './page.ts'

type Form = { Body: URLSearchParams | undefined }
type ById = { Params: { id: string } }

/** Most repairs are over by then, and their page needs no script to be complete. */
const PATIENCE_MS = 1500
const REFRESH_SECONDS = 2
const RECOUNT_MS = 1000
const CALLBACK = '/operator/facebook/callback'
const LONGEST_ANSWER = 4096

async function operatorRepair(app: FastifyInstance) {
  const { clock, config, needs } = app
  const log = app.log.child({ part: 'console' })

  const source = tokenSource(config)

  const sessionOf = (request: FastifyRequest): string => app.signIn.sessionOf(request) ?? ''

  const find = (request: FastifyRequest<ById>): Repair => {
    const repair = app.console.repairs.get(sessionOf(request), request.params.id)
    if (repair !== null) return repair
    throw new BotError('BOT_ROUTE_UNKNOWN', 'There is no such repair, or it was begun by somebody else.', {
      remedy: 'Start it again from the overview.',
    })
  }

  const begin = async (
    request: FastifyRequest,
    reply: FastifyReply,
    order: Pick<RepairOrder, 'userToken'> & { by: string; mayChoose: boolean },
  ): Promise<FastifyReply> => {
    const mendable = needs.open().filter(({ pageId, byToken }) => pageId !== WHOLE_BOT && byToken === true)
    // One Page may need a token for more than one reason.
    const sick = [...new Set(mendable.map(({ pageId }) => pageId))]
    const counts = await app.store.counts().catch(() => null)
    const repair = app.console.repairs.begin({
      session: sessionOf(request),
      waiting: counts?.outbox ?? new Map(),
      userToken: order.userToken,
      // A single sick Page is what it is about, also when Facebook does not list it.
      pageIds: sick.length === 1 && !order.mayChoose ? sick : [],
      likely: sick.length > 0 ? sick : app.tokens.statuses().map(({ pageId }) => pageId),
    })
    log.info({ client: request.ip, by: order.by, repair: repair.id }, 'the operator started a repair')
    void repair.settled().then(() => {
      const { is, pages, failure } = repair.view()
      const facts = { repair: repair.id, pages: pages.map(({ id }) => id), code: failure?.code }
      log.info(facts, `the repair is ${is}`)
    })
    await soon(repair)
    return reply.redirect(`/operator/repair/${repair.id}`, 303)
  }

  const soon = async (repair: Repair): Promise<void> => {
    const patience = new AbortController()
    const late = clock.sleep(PATIENCE_MS, patience.signal).catch(() => undefined)
    await Promise.race([repair.settled(), late])
    patience.abort()
  }

  /** Replies of the mended Pages that have not left yet; null before anything is mended. */
  const waiting = async (repair: Repair): Promise<number | null> => {
    const { is, pages } = repair.view()
    if (is !== 'done') return null
    const counts = await app.store.counts().catch(() => null)
    return counts && pages.reduce((sum, { id }) => sum + (counts.outbox.get(id) ?? 0), 0)
  }

  app.post<Form>('/operator/repair', async (request, reply) =>
    begin(request, reply, {
      userToken: request.body?.get('token') ?? '',
      by: 'a pasted token',
      mayChoose: request.body?.get('choose') === 'yes',
    }),
  )

  app.get<ById>('/operator/repair/:id', async (request, reply) => {
    const repair = find(request)
    const view = repair.view()
    const left = await waiting(repair)
    return showPage(reply, {
      title: 'Repair',
      // What is decided does not change any more, but for the replies that leave.
      ...((view.is === 'running' || left !== null) && { live: `/operator/repair/${repair.id}/live` }),
      ...((view.is === 'running' || (left ?? 0) > 0) && { refreshSeconds: REFRESH_SECONDS }),
      content: (csrf) => repairPage(view, { id: repair.id, waiting: left, csrf, source }),
    })
  })

  app.post<Form & ById>('/operator/repair/:id/pages', async (request, reply) => {
    const repair = find(request)
    repair.choose(request.body?.getAll('page') ?? [])
    await soon(repair)
    return reply.redirect(`/operator/repair/${repair.id}`, 303)
  })

  app.get<ById>('/operator/repair/:id/live', { exposeHeadRoute: false }, (request, reply) => {
    const repair = find(request)
    const began = repair.view().is
    reply.hijack()
    const stream = openEventStream(reply.raw, reply.getHeaders())
    const tell = async (): Promise<void> => {
      const view = repair.view()
      // Another state is another page, with its own forms.
      if (view.is !== began) return stream.send('reload', {})
      const left = await waiting(repair)
      stream.send('parts', { progress: repairProgress(view, left).text })
      if (left !== null) cancel = left === 0 ? stop : clock.after(RECOUNT_MS, () => void tell())
      if (left === 0) stop()
    }
    let cancel = (): void => undefined
    const stopListening = repair.onChange(() => void tell())
    const stop = (): void => {
      stopListening()
      stream.send('done', {})
      stream.close()
      open.delete(stop)
    }
    open.add(stop)
    stream.onClose(() => {
      cancel()
      stopListening()
      open.delete(stop)
    })
    void tell()
  })
  const open = new Set<() => void>()
  app.addHook('preClose', async () => {
    for (const stop of open) stop()
  })

  app.post<Form>('/operator/facebook', async (request, reply) => {
    const redirectUri = `${originOf(request)}${CALLBACK}`
    const url = dialogUrl({
      loginUrl: config.FB_LOGIN_URL,
      version: config.FB_GRAPH_VERSION,
      appId: config.FB_APP_ID,
      redirectUri,
      state: app.console.logins.begin(sessionOf(request), redirectUri),
      again: request.body?.get('again') === 'yes',
      configId: config.FB_LOGIN_CONFIG_ID,
    })
    log.info({ client: request.ip }, 'the operator went to the login dialog')
    return reply.redirect(url, 303)
  })

  /** Where the browser must come back to: there its session is. */
  const originOf = (request: FastifyRequest): string => {
    const { PUBLIC_URL: publicUrl } = config
    const asked = `${request.protocol}://${request.host}`
    if (publicUrl === undefined || new URL(publicUrl).host === request.host) return publicUrl ?? asked
    throw new BotError(
      'BOT_REQUEST_INVALID',
      `Facebook sends you back to ${publicUrl}, where you have not signed in.`,
      {
        remedy: `Open the console at ${publicUrl}/operator and press the button there.`,
      },
    )
  }

  app.get<{ Querystring: DialogAnswer }>(CALLBACK, async (request, reply) => {
    const answer = Object.fromEntries(
      Object.entries(request.query).filter(
        ([, value]) => typeof value === 'string' && value.length <= LONGEST_ANSWER,
      ),
    )
    const login = app.console.logins.finish(sessionOf(request), answer['state'] ?? '')
    if (login === null) {
      log.warn({ client: request.ip }, 'an answer of the login dialog was refused: nobody here asked for it')
      throw new BotError(
        'BOT_FORM_REFUSED',
        'This answer belongs to no login that you began here, or it came too late.',
        {
          remedy: 'Press "Continue with Facebook" again.',
        },
      )
    }
    const code = readCode(answer)
    return begin(request, reply, {
      userToken: {
        doing: 'Exchanging the code of the login for a user token',
        done: 'Logged in at Facebook',
        fetch: () => redeemCode(app.graph, { code, redirectUri: login.redirectUri }),
      },
      by: 'the login dialog',
      mayChoose: false,
    })
  })
}

export const operatorRepairRoutes = fp(operatorRepair, {
  name: 'operator-repair-routes',
  encapsulate: true,
  decorators: { fastify: ['clock', 'config', 'console', 'graph', 'needs', 'signIn', 'store', 'tokens'] },
})
