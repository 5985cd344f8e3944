import type { FastifyInstance } from 'fastify'
import type { MediaType, UploadedFile } from '../api.ts'
import type { SandboxParts } from '../parts.ts'
import { BadBody } from './bodies.ts'
import { guardAgainstForeignPages } from './guard.ts'
import type { Reach } from '../reach/names.ts'

/** Messenger's limit. */
const LARGEST_BYTES = 25 * 1024 * 1024

/** Types that a browser may show; all others are only downloaded. */
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif)|audio\/[\w.+-]+|video\/[\w.+-]+)$/

/** `/sandbox/files`: files of visitors and bots, each under its own address. */
export const fileRoutes =
  ({ parts, reach }: { parts: SandboxParts; reach: Reach }) =>
  async (app: FastifyInstance) => {
    app.addHook('onRequest', async (request) => guardAgainstForeignPages(request, reach))
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: LARGEST_BYTES }, (_request, body, done) =>
      done(null, body),
    )

    app.post<{ Querystring: { name?: string } }>('/files', async (request): Promise<UploadedFile> => {
      const bytes = request.body
      if (!Buffer.isBuffer(bytes) || bytes.length === 0) throw new BadBody('The file is empty.')
      const type = plainType(request.headers['content-type'])
      const name = typeof request.query.name === 'string' ? request.query.name : ''
      const file = parts.files.keep({ name, type, bytes })
      return { url: parts.files.urlOf(file), type: mediaType(type), name: file.name, size: bytes.length }
    })

    app.get<{ Params: { id: string } }>('/files/:id/:name', async ({ params }, reply) => {
      const file = parts.files.find(params.id)
      if (!file) throw new BadBody('There is no such file, or no longer.', 404)
      const shown = SHOWN.test(file.type)
      return reply
        .headers({
          'content-type': shown ? file.type : 'application/octet-stream',
          // A file may come from any source: it must neither run nor look like a page of the sandbox.
          'content-security-policy': "default-src 'none'; sandbox",
          'x-content-type-options': 'nosniff',
          'cache-control': 'private, max-age=3600, immutable',
          ...(!shown && { 'content-disposition': 'attachment' }),
        })
        .send(file.bytes)
    })
  }

const plainType = (header: string | undefined): string => {
  const type = (header ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  return /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : 'application/octet-stream'
}

const mediaType = (type: string): MediaType => {
  const [head] = type.split('/')
  return head === 'image' || head === 'audio' || head === 'video' ? head : 'file'
}
