import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { conversationUrl } from '../../src/console/conversation-page.ts'
import {
  chosen,
  VISITORS,
  visitorsPage,
  VISITOR_LISTS,
  type Shown,
  type Visitor,
} from '../../src/console/visitors-page.ts'
import { showPage } from './page.ts'

type Asked = { Querystring: Readonly<Record<'show' | 'q', unknown>> }

const LONGEST_QUERY = 100

async function operatorVisitors(app: FastifyInstance) {
  app.get<Asked>(VISITORS, { exposeHeadRoute: false }, async ({ query }, reply) => {
    const shown = Object.keys(VISITOR_LISTS).find((one): one is Shown => one === query.show) ?? 'waiting'
    const wanted = typeof query.q === 'string' ? query.q.trim().slice(0, LONGEST_QUERY) : ''
    const [visitors, named] = await Promise.all([
      app.console.visitors.latest(),
      wanted === '' ? [] : app.console.visitors.byName(wanted),
    ])
    if (wanted !== '' && named.length === 0 && chosen(visitors, shown, wanted).length === 0) {
      const url = await urlOfPsid(wanted, visitors)
      if (url !== null) return reply.redirect(url, 303)
    }
    return showPage(reply, {
      title: 'Visitors',
      content: () =>
        visitorsPage({
          visitors,
          named,
          shown,
          query: wanted,
          nowMs: app.clock.now(),
          answerableMs: app.console.answerableMs,
        }),
    })
  })

  /** A PSID belongs to one Page only, so the first Page that knows it is the right one. */
  const urlOfPsid = async (psid: string, visitors: readonly Visitor[]): Promise<string | null> => {
    const pageIds = new Set([
      ...app.tokens.statuses().map(({ pageId }) => pageId),
      ...visitors.map(({ pageId }) => pageId),
    ])
    for (const pageId of pageIds) {
      const kept = await app.store.conversation({ pageId, psid, limit: 1 })
      if (kept !== null) return conversationUrl({ pageId, psid })
    }
    return null
  }
}

export const operatorVisitorRoutes = fp(operatorVisitors, {
  name: 'operator-visitor-routes',
  encapsulate: true,
  decorators: { fastify: ['clock', 'console', 'store', 'tokens'] },
})
