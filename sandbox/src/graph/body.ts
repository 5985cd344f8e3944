import type { FastifyRequest } from 'fastify'
import { parseMultipart, type SentFile } from './multipart.ts'
import { parseForm, parseJson, type Params } from './params.ts'

export interface Body {
  params: Params
  /** Files of a multipart body. */
  files: SentFile[]
  /** Why the body gives no parameters, with its text, for the traffic log: the answer tells only which one is missing. */
  unread?: string
}

/** The parameters in a body: JSON, form (also without a content type), bracketed form or multipart; anything else has none. */
export const readBody = (request: FastifyRequest): Body => {
  const bytes = request.body
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return plain({})
  const type = request.headers['content-type'] ?? ''
  if (/^multipart\/form-data/i.test(type)) return readMultipart(bytes, type)
  const text = bytes.toString('utf8')
  if (/^application\/(\w[\w.-]*\+)?json/i.test(type)) {
    const params = parseJson(text)
    return params ? plain(params) : plain({}, `No JSON object: ${excerpt(text)}`)
  }
  if (type === '' || /^application\/x-www-form-urlencoded/i.test(type))
    return plain(
      parseForm(text),
      /^\s*\{/.test(text)
        ? `JSON sent as a form; the header "content-type: application/json" is missing: ${excerpt(text)}`
        : undefined,
    )
  return plain({}, `A body is JSON, a form or multipart, not ${type}: ${excerpt(text)}`)
}

const LONGEST_EXCERPT = 2000

/** Enough to recognise the body by. Ends before a word that would be cut, because the traffic log masks only whole tokens. */
const excerpt = (text: string): string =>
  text.length <= LONGEST_EXCERPT ? text : text.slice(0, LONGEST_EXCERPT).replace(/[^\s"'&]*$/, '')

const plain = (params: Params, unread?: string): Body => ({
  params,
  files: [],
  ...(unread !== undefined && { unread }),
})

const readMultipart = (bytes: Buffer, type: string): Body => {
  const form = parseMultipart(bytes, type)
  if (typeof form === 'string') return plain({}, form)
  return { params: parseForm(new URLSearchParams(form.fields).toString()), files: form.files }
}
