import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Html } from '../../src/web/html.ts'
import { csrfField, layout } from '../../src/web/layout.ts'
import { BotError } from '../../src/base/errors.ts'
import { codePage, startedPage, stepPage, TITLES, type StepProblem } from '../../src/setup/pages.ts'
import { STEPS, type SetupStep } from '../../src/setup/setup.ts'
import type { FormRequest } from '../form.ts'

/** The time after which the browser opens the console; it lets the bot take over the port. */
const REFRESH_SECONDS = 2

export interface SetupRoutesOptions {
  /** Called when the browser has been shown that the bot starts, which ends the set-up. */
  onDone: () => void
}

/** The pages of the set-up, one form for each step, without JavaScript. */
async function setup(app: FastifyInstance, { onDone }: SetupRoutesOptions) {
  const { setup: walk, setupAccess } = app
  const log = app.log.child({ part: 'setup' })

  const show = (reply: FastifyReply, title: string, content: Html): FastifyReply =>
    reply.type('text/html; charset=utf-8').send(layout({ title, content }))

  const showCode = (reply: FastifyReply, problem: StepProblem | null): FastifyReply =>
    show(reply, 'Set-up', codePage(csrfField(reply.generateCsrf()), problem))

  const showStep = (
    reply: FastifyReply,
    step: SetupStep,
    problem: StepProblem | null = null,
    typed: Parameters<typeof stepPage>[2] = {},
  ): FastifyReply => {
    const csrf = csrfField(reply.generateCsrf())
    return show(reply, TITLES[step], stepPage(step, { csrf, view: walk.view(), problem }, typed))
  }

  /** Goes on to the next step, or shows this one again with the problem. */
  const take = async (
    reply: FastifyReply,
    step: SetupStep,
    taking: () => Promise<void>,
    typed: Parameters<typeof stepPage>[2] = {},
  ): Promise<FastifyReply> => {
    try {
      await taking()
    } catch (error) {
      if (!(error instanceof BotError)) throw error
      log.warn({ step, code: error.code }, 'a step of the set-up was not taken')
      // A second click may arrive after the step has been taken; then the next step is shown.
      const { step: next } = walk.view()
      return showStep(reply.code(400), isOpen(step, next) ? step : next, toProblem(error), typed)
    }
    log.info({ step }, 'a step of the set-up was taken')
    return reply.redirect('/setup', 303)
  }

  const enter = (request: FastifyRequest, reply: FastifyReply, code: string): FastifyReply => {
    try {
      setupAccess.enter(request, code)
    } catch (error) {
      if (!(error instanceof BotError)) throw error
      return showCode(reply.code(401), toProblem(error))
    }
    return reply.redirect('/setup', 303)
  }

  const open = { config: { open: true }, exposeHeadRoute: false }
  app.get('/setup/code', open, async (request, reply) =>
    setupAccess.isIn(request) ? reply.redirect('/setup', 303) : showCode(reply, null),
  )
  app.get<{ Params: { code: string } }>('/setup/code/:code', open, async (request, reply) => {
    // The link was opened twice, as by a double click.
    if (setupAccess.isIn(request)) return reply.redirect('/setup', 303)
    // A code in a link from another site is not tried: its guesses would be logged as wrong codes of this person's browser.
    const isByHand = BY_HAND.has(request.headers['sec-fetch-site'])
    return isByHand ? enter(request, reply, request.params.code) : showCode(reply, null)
  })
  app.post<FormRequest>('/setup/code', open, async (request, reply) =>
    enter(request, reply, request.body?.get('code') ?? ''),
  )

  app.get('/setup', async (_request, reply) => reply.redirect(`/setup/${walk.view().step}`, 303))
  for (const step of STEPS) {
    app.get(`/setup/${step}`, async (_request, reply) => {
      const { step: next } = walk.view()
      return isOpen(step, next) ? showStep(reply, step) : reply.redirect('/setup', 303)
    })
  }

  app.post<FormRequest>('/setup/app', async ({ body }, reply) => {
    const appId = body?.get('app_id') ?? ''
    const appSecret = body?.get('app_secret') ?? ''
    return take(reply, 'app', () => walk.giveApp({ appId, appSecret }), { appId })
  })
  app.post<FormRequest>('/setup/address', async ({ body }, reply) => {
    const publicUrl = body?.get('public_url') ?? ''
    const untried = body?.get('untried') === 'yes'
    return take(reply, 'address', () => walk.giveAddress({ publicUrl, untried }), { publicUrl })
  })
  app.post<FormRequest>('/setup/operator', async ({ body }, reply) =>
    take(reply, 'operator', () => walk.givePassword(body?.get('password') ?? '')),
  )
  app.post<FormRequest>('/setup/start', async (_request, reply) => {
    try {
      await walk.start()
    } catch (error) {
      if (!(error instanceof BotError)) throw error
      return showStep(reply.code(400), 'start', toProblem(error))
    }
    // Called even if the browser went away before it read the page.
    reply.raw.once('close', onDone)
    const { console } = walk.view()
    reply.headers({ connection: 'close', refresh: `${REFRESH_SECONDS}; url=${console}` })
    return show(reply, 'The bot is starting', startedPage(console))
  })

  for (const elsewhere of ['/', '/setup/', '/operator', '/operator/', '/operator/sign-in']) {
    app.get(elsewhere, async (_request, reply) => reply.redirect('/setup', 303))
  }
}

/** Whether a step may be shown: the next one, or an earlier one until the settings are written. */
const isOpen = (step: SetupStep, next: SetupStep): boolean =>
  step === next || (next !== 'start' && STEPS.indexOf(step) < STEPS.indexOf(next))

/** The values of `Sec-Fetch-Site` when a person opens the address or follows a link of ours; old browsers send none. */
const BY_HAND = new Set<unknown>(['none', 'same-origin', undefined])

const toProblem = ({ message, remedy }: BotError): StepProblem => ({ what: message, remedy: remedy ?? null })

export const setupRoutes = fp(setup, {
  name: 'setup-routes',
  encapsulate: true,
  decorators: { fastify: ['setup', 'setupAccess'] },
})
