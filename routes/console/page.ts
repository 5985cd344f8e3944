import type { FastifyReply } from 'fastify'
import type { Html } from '../../src/web/html.ts'
import { csrfField, layout, type Document } from '../../src/web/layout.ts'

/** Answers with a page of the console. `content` gets the hidden CSRF field for its forms. */
export const showPage = (
  reply: FastifyReply,
  { content, ...document }: Omit<Document, 'content' | 'csrf' | 'person'> & { content: (csrf: Html) => Html },
): FastifyReply => {
  const csrf = csrfField(reply.generateCsrf())
  const person = reply.by ?? undefined
  return reply
    .type('text/html; charset=utf-8')
    .send(layout({ ...document, csrf, person, content: content(csrf) }))
}
