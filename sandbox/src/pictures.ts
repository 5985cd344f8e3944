import type { FastifyInstance } from 'fastify'
import { guardHost } from './control/guard.ts'
import type { SandboxParts } from './parts.ts'
import type { Reach } from './reach/names.ts'

/** Pictures are drawn by the sandbox, so that bots can fetch them and the chat page needs no internet. */
export const pictureRoutes =
  ({ parts, reach }: { parts: SandboxParts; reach: Reach }) =>
  async (app: FastifyInstance) => {
    app.addHook('onRequest', async (request) => guardHost(request, reach))
    app.get<{ Params: { id: string } }>('/pictures/stickers/:id(\\d{1,20}).svg', async ({ params }, reply) =>
      reply.headers(HEADERS).send(sticker(params.id)),
    )
    app.get<{ Params: { id: string } }>('/pictures/people/:id(\\d{1,20}).svg', async ({ params }, reply) => {
      const { visitors, users, pages } = parts.world
      const shown = visitors.get(params.id) ?? users.get(params.id) ?? pages.get(params.id)
      if (!shown) return reply.code(404).type('text/plain; charset=utf-8').send('Not found.\n')
      return reply.headers(HEADERS).send(portrait(params.id, shown.name))
    })
  }

const HEADERS = {
  'content-type': 'image/svg+xml; charset=utf-8',
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'cache-control': 'private, max-age=3600',
}

const hueOf = (id: string): number => Buffer.from(id).reduce((sum, byte) => (sum * 31 + byte) % 360, 7)

const frame = (body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120" width="120" height="120">${body}</svg>`

/** A face whose colour depends on the sticker's id, so that stickers look different. */
const sticker = (id: string): string =>
  frame(
    `<circle cx="60" cy="60" r="54" fill="hsl(${hueOf(id)} 80% 62%)"/><circle cx="42" cy="52" r="7"/><circle cx="78" cy="52" r="7"/><path d="M36 74q24 24 48 0" fill="none" stroke="#000" stroke-width="6" stroke-linecap="round"/>`,
  )

const portrait = (id: string, name: string): string => {
  const initial = /\p{L}/u.exec(name)?.[0].toUpperCase() ?? '?'
  return frame(
    `<rect width="120" height="120" fill="hsl(${hueOf(id)} 45% 42%)"/><text x="60" y="78" font-family="sans-serif" font-size="52" fill="#fff" text-anchor="middle">${initial}</text>`,
  )
}
