import { createHmac } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { html } from '../src/web/html.ts'
import { createDeletionNotes } from '../src/webhook/deletion-notes.ts'
import { createFreshRequests } from '../src/webhook/fresh-requests.ts'
import { readSignedRequest } from '../src/webhook/signed-request.ts'

const LARGEST_FORM_BYTES = 16 * 1024
const STATUS = '/facebook/data-deletion'

/** Meta's data deletion callback, and the status page of a request (docs/messenger-platform.md#e9). */
async function dataDeletion(app: FastifyInstance) {
  const requests = createFreshRequests(app)
  const notes = createDeletionNotes(app)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    async ({ raw }: FastifyRequest) =>
      new URLSearchParams((await app.bodies.read(raw, LARGEST_FORM_BYTES)).toString()),
  )

  app.post<{ Body: URLSearchParams | undefined }>(STATUS, async (request) => {
    const { FB_APP_SECRET, PUBLIC_URL } = app.config
    const signed = readSignedRequest(request.body?.get('signed_request'), FB_APP_SECRET)
    const isNew = requests.isNew(signed)
    // The same request gets the same code, which cannot be guessed without the secret. It depends on the payload only: one
    // signature can be encoded in several ways (padding, spare bits), and each would need a note of its own.
    const code = createHmac('sha256', FB_APP_SECRET)
      .update(`data deletion ${signed.payload}`)
      .digest('base64url')
      .slice(0, 16)
    // Only the code is stored. The id in the request is of a person who logged in to the app; no conversation has it.
    await notes.add(code)
    if (isNew) {
      request.log.warn(
        { confirmationCode: code },
        'Facebook passes on a request to delete the data of a person who logged in to the app',
      )
    }
    const origin = PUBLIC_URL ?? `${request.protocol}://${request.host}`
    return { url: new URL(`${STATUS}/${code}`, origin).href, confirmation_code: code }
  })

  app.get<{ Params: { code: string } }>(`${STATUS}/:code`, async (request, reply) => {
    const { code } = request.params
    const note = await notes.find(code)
    reply.type('text/html; charset=utf-8')
    reply.header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    )
    reply.header('cache-control', 'no-store')
    if (note === null) return reply.code(404).send(page('No such request', UNKNOWN))
    return page('Request received', received(code, new Date(note.atMs)))
  })
}

const UNKNOWN = html`
  <p>
    There is no deletion request with this confirmation code. Please check the address for missing characters.
  </p>
`

const received = (code: string, at: Date) => html`
  <p>
    Your request arrived on <time datetime="${at.toISOString()}">${at.toUTCString()}</time>. Its confirmation
    code is <strong>${code}</strong>.
  </p>
  <h2>What is done about it</h2>
  <p>
    Facebook passed on an id that belongs to people who <em>log in to this app</em>, such as those who look
    after the Page. No conversation is stored under that id, and the request did not add it to anything, so
    there was nothing of a conversation to delete under it. The login of a person who manages the Page ends
    when they remove the app from their Facebook account; the token stored from it is then invalid.
  </p>
  <h2>If you wrote to the Page as a visitor</h2>
  <p>
    Conversations are stored under another id, which Facebook does not tell us with your request. They are
    therefore <strong>not deleted by it</strong>. Please write to the Page that you want your data deleted:
    the people there can delete all that this assistant has stored of your conversation. You can delete your
    side of it in Messenger yourself.
  </p>
`

const page = (title: string, body: ReturnType<typeof html>): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          body {
            max-width: 40rem;
            margin: 3rem auto;
            padding: 0 1rem;
            font:
              1rem/1.5 system-ui,
              sans-serif;
            color-scheme: light dark;
          }
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`.text

export const dataDeletionRoutes = fp(dataDeletion, {
  name: 'data-deletion-routes',
  fastify: '5.x',
  encapsulate: true,
  decorators: { fastify: ['bodies', 'config', 'store', 'clock'] },
})
