import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { conversationUrl } from '../../src/console/conversation-page.ts'
import { VISITORS, visitorsPage, VISITOR_LISTS, type Shown } from '../../src/console/visitors-page.ts'
import { showPage } from './page.ts'

type Asked = { Querystring: Readonly<Record<'show' | 'q', unknown>> }

const LONGEST_QUERY = 100

async function operatorVisitors(app: FastifyInstance) {
  app.get<Asked>(VISITORS, { exposeHeadRoute: false }, async ({ query }, reply) => {
    const shown = Object.keys(VISITOR_LISTS).find((one): one is Shown => one === query.show) ?? 'waiting'
    const wanted = typeof query.q === 'string' ? query.q.trim().slice(0, LONGEST_QUERY) : ''
    const [latest, named] = await Promise.all([
      app.console.visitors.latest({ shown, query: wanted }),
      wanted === '' ? [] : app.console.visitors.byName(wanted),
    ])
    if (wanted !== '' && named.length === 0 && latest.visitors.length === 0) {
      const url = await urlOfPsid(wanted)
      if (url !== null) return reply.redirect(url, 303)
    }
    return showPage(reply, {
      title: 'Visitors',
      content: () =>
        visitorsPage({
          latest,
          named,
          shown,
          query: wanted,
          nowMs: app.clock.now(),
          answerableMs: app.console.answerableMs,
        }),
    })
  })

  /** A PSID belongs to one Page only, so the first Page that knows it is the right one. */
  const urlOfPsid = async (psid: string): Promise<string | null> => {
    const { visitors } = await app.console.visitors.latest({ shown: 'all', query: '' })
    const pageIds = new Set([...app.tokens.statuses(), ...visitors].map(({ pageId }) => pageId))
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
