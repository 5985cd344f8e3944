import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { BotError } from '../../src/base/errors.ts'
import { loginAddress } from '../../src/console/login-address.ts'
import { readPageField } from '../../src/console/page-field.ts'
import { repairPage } from '../../src/console/repair-page.ts'
import type { Repair } from '../../src/console/repair.ts'
import { newRepairId } from '../../src/console/repairs.ts'
import { tokenSource } from '../../src/token/token-source.ts'
import { showPage } from './page.ts'
import type { FormRequest } from '../form.ts'
type ById = { Params: { id: string } }

const REFRESH_SECONDS = 2

async function operatorRepair(app: FastifyInstance) {
  const { repairDesk, liveRepair, repairs, streams } = app.console
  const source = tokenSource(app.config)

  const sessionOf = (request: FastifyRequest): string => app.signIn.sessionOf(request) ?? ''

  const find = async (request: FastifyRequest<ById>): Promise<Repair> => {
    const repair = await repairs.get(sessionOf(request), request.params.id)
    if (repair !== null) return repair
    throw new BotError('BOT_ROUTE_UNKNOWN', 'There is no such repair, or it was begun in another session.', {
      remedy: 'Start it again from the overview.',
    })
  }

  const act = (form: URLSearchParams): string | null =>
    (form.get('token') ?? '').trim() === '' ? null : 'gave the bot a user token'
  app.post<FormRequest>('/operator/repair', { config: { act } }, async (request, reply) => {
    const id = newRepairId()
    await repairDesk.begin({
      id,
      session: sessionOf(request),
      client: request.ip,
      userToken: request.body?.get('token') ?? '',
      by: 'a pasted token',
      pageIds: readPageField(request.body?.get('named')),
      mayChoose: request.body?.get('choose') === 'yes',
    })
    return reply.redirect(`/operator/repair/${id}`, 303)
  })

  // The page has the forms of the next step, so it needs the same role as beginning a repair.
  const following = { config: { role: 'operator' } } as const
  app.get<ById>('/operator/repair/:id', following, async (request, reply) => {
    const repair = await find(request)
    const view = repair.view()
    const left = await repairDesk.waiting(repair)
    const login = loginAddress({
      publicUrl: app.config.PUBLIC_URL ?? null,
      origin: `${request.protocol}://${request.host}`,
    })
    return showPage(reply, {
      title: 'Repair',
      // A finished repair is live, too, because its number of waiting replies changes.
      ...((view.is === 'running' || left !== null) && { live: `/operator/repair/${repair.id}/live` }),
      ...((view.is === 'running' || (left ?? 0) > 0) && { refreshSeconds: REFRESH_SECONDS }),
      content: (csrf) => repairPage(view, { id: repair.id, waiting: left, csrf, source, login }),
    })
  })

  const choose = { config: { act: 'chose Pages for the bot' } }
  app.post<FormRequest & ById>('/operator/repair/:id/pages', choose, async (request, reply) => {
    const repair = await find(request)
    await repair.choose(request.body?.getAll('page') ?? [])
    await repairDesk.soon(repair)
    return reply.redirect(`/operator/repair/${repair.id}`, 303)
  })

  const live = { ...following, exposeHeadRoute: false }
  app.get<ById>('/operator/repair/:id/live', live, async (request, reply) => {
    const repair = await find(request)
    reply.hijack()
    const stream = streams.open(app.signIn.nameOf(request), reply.raw, reply.getHeaders())
    liveRepair.follow(repair, stream, () => app.signIn.may(request, 'operator'))
  })
}

export const operatorRepairRoutes = fp(operatorRepair, {
  name: 'operator-repair-routes',
  encapsulate: true,
  decorators: { fastify: ['config', 'console', 'signIn'] },
})
