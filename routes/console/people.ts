import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { BotError } from '../../src/base/errors.ts'
import {
  factorPage,
  invitedPage,
  JOIN,
  joinPage,
  OWN,
  PEOPLE,
  peoplePage,
  removePage,
  SHOWN_ACTS,
} from '../../src/console/people-page.ts'
import type { Person } from '../../src/people/people.ts'
import { csrfField, layout } from '../../src/web/layout.ts'
import { showPage } from './page.ts'
import type { FormRequest } from '../form.ts'

/** False for a wrong proof. @throws any other error, such as that of a client that is locked out */
const ifWrong = (error: unknown): false => {
  if (error instanceof BotError && error.code === 'BOT_SIGN_IN_FAILED') return false
  throw error
}

async function operatorPeople(app: FastifyInstance) {
  const { acts, clock, people, signIn } = app

  const need = (request: FastifyRequest): Person => {
    const person = signIn.personOf(request)
    if (person === null) throw new BotError('BOT_SIGN_IN_NEEDED', 'Sign in.')
    return person
  }

  app.get(PEOPLE, async (request, reply) => {
    const me = need(request)
    const isOwner = me.role === 'owner'
    const latest = isOwner ? (await acts.list()).slice(0, SHOWN_ACTS) : []
    const failures = isOwner ? await signIn.failures() : null
    return showPage(reply, {
      title: 'People',
      content: (csrf) =>
        peoplePage({
          me,
          people: people.list(),
          invitations: people.invitations(),
          acts: latest,
          failures,
          nowMs: clock.now(),
          csrf,
        }),
    })
  })

  app.post<FormRequest>(PEOPLE, { config: { role: 'owner', act: changed } }, async (request, reply) => {
    const form = request.body ?? new URLSearchParams()
    const [name, role] = [form.get('name')?.trim() ?? '', form.get('role') ?? '']
    switch (form.get('do')) {
      case 'invite': {
        const code = await people.invite({ name, role })
        // The code is in the query, which the docs tell proxies not to log.
        const link = `${originOf(request)}${JOIN}?code=${code}`
        await acts.note(signIn.nameOf(request), changed(form))
        return showPage(reply, { title: 'Invitation', content: () => invitedPage({ name, role }, link) })
      }
      case 'withdraw':
        reply.isNoAct = !(await people.withdraw(name))
        break
      case 'role':
        reply.isNoAct = !(await people.setRole(name, role))
        break
      case 'unlock':
        if (name === need(request).name)
          throw new BotError('BOT_REQUEST_INVALID', 'Not your own: it takes a code.')
        await people.dropSecondFactor(name)
        break
      case 'remove':
        if (form.get('sure') !== 'yes')
          return showPage(reply, { title: 'Remove?', content: (csrf) => removePage(name, csrf) })
        await people.remove(name)
        // Ends the open streams of that person.
        app.console.live.poke()
        break
      default:
        throw new BotError('BOT_REQUEST_INVALID', 'A person can be invited, changed and removed.')
    }
    return reply.redirect(PEOPLE, 303)
  })

  app.post<FormRequest>(OWN, { config: { role: 'viewer', act: changedOwn } }, async (request, reply) => {
    const form = request.body ?? new URLSearchParams()
    const { name } = need(request)
    const field = (key: string): string => form.get(key) ?? ''
    switch (field('do')) {
      case 'propose': {
        const proposed = await people.proposeSecondFactor(name)
        return showPage(reply, {
          title: 'Second factor',
          content: (csrf) => factorPage(name, proposed, csrf, null),
        })
      }
      case 'keep': {
        const secret = field('secret')
        // A person at a console that was left open could keep its owner out with a second factor of their own.
        const isProved = await signIn
          .prove(request, reply, () => signIn.isPasswordOf(name, field('was')))
          .then(() => true, ifWrong)
        if (isProved && (await people.keepSecondFactor(name, secret, field('code')))) break
        // Shown again with its secret, which the app of the person has already.
        const again = await people.secondFactorOf(name, secret)
        const problem = isProved
          ? 'That is not the code the app shows now. The clocks of both machines must agree.'
          : 'That is not your password.'
        return showPage(reply.code(isProved ? 400 : 401), {
          title: 'Second factor',
          content: (csrf) => factorPage(name, again, csrf, problem),
        })
      }
      case 'drop':
        await signIn.prove(request, reply, () => people.passesSecondFactor(name, field('code')))
        await people.dropSecondFactor(name)
        break
      case 'password':
        await signIn.prove(request, reply, () => signIn.isPasswordOf(name, field('was')))
        await people.changePassword(name, field('becomes'))
        return reply.redirect('/operator/sign-in', 303)
      default:
        throw new BotError('BOT_REQUEST_INVALID', 'There is no such change.')
    }
    return reply.redirect(PEOPLE, 303)
  })

  const showJoin = (reply: FastifyReply, code: string, problem: string | null): FastifyReply => {
    const csrf = csrfField(reply.generateCsrf())
    return reply
      .type('text/html; charset=utf-8')
      .send(layout({ title: 'Invitation', content: joinPage(people.invited(code), code, csrf, problem) }))
  }

  app.get<{ Querystring: { code?: unknown } }>(JOIN, { config: { open: true } }, async ({ query }, reply) => {
    const code = typeof query.code === 'string' ? query.code : ''
    return showJoin(reply.code(people.invited(code) === null ? 404 : 200), code, null)
  })

  app.post<FormRequest>(JOIN, { config: { open: true } }, async (request, reply) => {
    const [code, password] = [request.body?.get('code') ?? '', request.body?.get('becomes') ?? '']
    try {
      signIn.open(request, await people.join(code, password))
    } catch (error) {
      if (!(error instanceof BotError)) throw error
      return showJoin(reply.code(400), code, error.message)
    }
    return reply.redirect(PEOPLE, 303)
  })

  const originOf = ({ protocol, host }: FastifyRequest): string =>
    app.config.PUBLIC_URL ?? `${protocol}://${host}`
}

const changed = (form: URLSearchParams): string => {
  const name = form.get('name') ?? ''
  switch (form.get('do')) {
    case 'invite':
      return `invited ${name} as ${form.get('role')}`
    case 'withdraw':
      return `withdrew the invitation of ${name}`
    case 'role':
      return `made ${name} ${form.get('role')}`
    case 'unlock':
      return `took away the second factor of ${name}`
    default:
      return `removed ${name}`
  }
}

const changedOwn = (form: URLSearchParams): string => {
  switch (form.get('do')) {
    case 'keep':
      return 'set up a second factor'
    case 'drop':
      return 'gave up the second factor'
    default:
      return 'changed the password'
  }
}

export const operatorPeopleRoutes = fp(operatorPeople, {
  name: 'operator-people-routes',
  encapsulate: true,
  decorators: { fastify: ['acts', 'clock', 'config', 'console', 'people', 'signIn'] },
})
