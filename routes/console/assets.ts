import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { ASSETS } from '../../src/web/layout.ts'

const FOLDER = new URL('../../console/', import.meta.url)

const FILES = {
  'base.css': 'text/css; charset=utf-8',
  'controls.css': 'text/css; charset=utf-8',
  'parts.css': 'text/css; charset=utf-8',
  'lists.css': 'text/css; charset=utf-8',
  'script.css': 'text/css; charset=utf-8',
  'numbers.css': 'text/css; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'copy.js': 'text/javascript; charset=utf-8',
  'once.js': 'text/javascript; charset=utf-8',
  'text.js': 'text/javascript; charset=utf-8',
  'typed.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  // The icons of an installed console. Phones cut their own shape out of the last two, so these have no rounded corners.
  'icon-192.png': 'image/png',
  'icon-512.png': 'image/png',
  'icon-maskable.png': 'image/png',
  'apple-touch-icon.png': 'image/png',
  'app.webmanifest': 'application/manifest+json; charset=utf-8',
} as const

/** Serves the console's files in {@link FILES}, which are read once at the start. */
async function operatorAssets(app: FastifyInstance) {
  for (const [name, type] of Object.entries(FILES)) {
    const content = await readFile(new URL(name, FOLDER))
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
    app.get(`${ASSETS}/${name}`, { config: { open: 'file' } }, async (request, reply) => {
      // Browsers must revalidate each time, so that an upgrade shows at once.
      reply.headers({ etag, 'cache-control': 'no-cache' })
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.type(type).send(content)
    })
  }
}

export const operatorAssetRoutes = fp(operatorAssets, { name: 'operator-asset-routes', encapsulate: true })
