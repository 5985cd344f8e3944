import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { NUMBERS, numbersPage } from '../../src/console/numbers-page.ts'
import {
  namesCsv,
  numbersCsv,
  PERIODS,
  periodOf,
  startsOf,
  toNumbers,
  type Numbers,
} from '../../src/console/numbers.ts'
import { pageNameOf } from '../../src/console/view.ts'
import { replyTitles } from '../../src/script/reply-titles.ts'
import { showPage } from './page.ts'

type Asked = { Querystring: Readonly<Record<'period' | 'page' | 'list', unknown>> }

/** Stands for the main script. */
const MAIN = ''
const MOST_SHOWN = 20
const MOST_DOWNLOADED = 2000

/** The byte order mark, without which Excel reads the letters of a name as those of another encoding. */
const UTF8 = '\uFEFF'

async function operatorNumbers(app: FastifyInstance) {
  const { clock, conversation, store, tokens } = app

  const pageIdIn = ({ page }: Asked['Querystring']): string | null =>
    typeof page === 'string' && page !== '' ? page : null

  const read = async (query: Asked['Querystring'], most: number): Promise<Numbers> => {
    const period = periodOf(query.period)
    const nowMs = clock.now()
    const [fromMs = nowMs] = startsOf(period, nowMs)
    const { span } = PERIODS[period]
    const found = await store.statistics.read({ span, fromMs, pageId: pageIdIn(query) ?? undefined, most })
    return toNumbers(period, nowMs, found)
  }

  app.get<Asked>(NUMBERS, async ({ query }, reply) => {
    const numbers = await read(query, MOST_SHOWN)
    const statuses = tokens.statuses()
    const pageId = pageIdIn(query)
    const scripts = pageId === null ? [...statuses.map((status) => status.pageId), MAIN] : [pageId]
    // Several scripts may use the same name for a reply; the main script's title wins.
    const titles = new Map(
      scripts.flatMap((of) =>
        replyTitles(conversation.script(of)).map(({ name, title }): [string, string | null] => [name, title]),
      ),
    )
    return showPage(reply, {
      title: 'Numbers',
      content: () =>
        numbersPage({
          numbers,
          pages: statuses.map((status) => ({
            pageId: status.pageId,
            name: pageNameOf(statuses, status.pageId),
          })),
          pageId,
          titleOf: (name) => titles.get(name) ?? null,
        }),
    })
  })

  app.get<Asked>(`${NUMBERS}.csv`, async ({ query }, reply) => {
    const numbers = await read(query, MOST_DOWNLOADED)
    const isNames = query.list === 'names'
    const file = `evergreen-${isNames ? 'replies-' : ''}${numbers.period}.csv`
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${file}"`)
      .send(isNames ? UTF8 + namesCsv(numbers) : numbersCsv(numbers))
  })
}

export const operatorNumberRoutes = fp(operatorNumbers, {
  name: 'operator-number-routes',
  encapsulate: true,
  decorators: { fastify: ['clock', 'conversation', 'store', 'tokens'] },
})
