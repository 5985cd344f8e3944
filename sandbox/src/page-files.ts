import { readFile } from 'node:fs/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { guardAgainstForeignPages } from './control/guard.ts'
import type { Reach } from './reach/names.ts'

const FOLDER = new URL('./page/', import.meta.url)

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Allows scripts only from the page's own files, but pictures and sounds from any address that the bot sends. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: http: https:",
  "media-src 'self' data: http: https:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const NO_PAGE =
  'The sandbox is running. Its chat page is not part of this checkout; docs/sandbox.md has the control API.\n'

/** Serves the chat page: only the files of `sandbox/src/page/`. */
export const pageFiles =
  ({ reach }: { reach: Reach }) =>
  async (app: FastifyInstance) => {
    app.addHook('onRequest', async (request) => guardAgainstForeignPages(request, reach))
    app.get('/', async (_request, reply) => {
      const page = await read('index.html')
      return page ? serve(reply, 'html', page) : reply.type('text/plain; charset=utf-8').send(NO_PAGE)
    })
    // An m.me link: the chosen visitor comes through it.
    app.get<{ Params: { page: string }; Querystring: { ref?: unknown } }>(
      '/m.me/:page(\\d+)',
      async ({ params, query }, reply) => {
        const ref = typeof query.ref === 'string' ? { ref: query.ref } : {}
        return reply.redirect(`/#${new URLSearchParams({ page: params.page, ...ref }).toString()}`, 302)
      },
    )
    app.get<{ Params: { file: string } }>(
      '/:file([a-zA-Z0-9_-]+\\.(?:js|css|svg|html))',
      async (request, reply) => {
        const { file } = request.params
        const content = await read(file)
        if (content) return serve(reply, file.split('.').at(-1) ?? '', content)
        return reply.code(404).type('text/plain; charset=utf-8').send('Not found.\n')
      },
    )
  }

const read = (file: string): Promise<Buffer | null> =>
  readFile(new URL(file, FOLDER)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  })

const serve = (reply: FastifyReply, extension: string, content: Buffer) =>
  reply
    .headers({
      'content-type': TYPES[extension] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    })
    .send(content)
