import type { FastifyRequest } from 'fastify'
import { parseForm, parseJson, type Params } from './params.ts'

export interface Body {
  params: Params
  /** Files of a multipart body, by the name of their field. */
  files: Map<string, SentFile>
}

export interface SentFile {
  name: string
  /** The content type that the sender gives; empty for none. */
  type: string
  bytes: Buffer
}

/** The parameters in a body: JSON, form (also without a content type), bracketed form or multipart; anything else has none. */
export const readBody = async (request: FastifyRequest): Promise<Body> => {
  const bytes = request.body
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return plain({})
  const type = request.headers['content-type'] ?? ''
  if (/^multipart\/form-data/i.test(type)) return await readMultipart(bytes, type)
  if (/^application\/(\w[\w.-]*\+)?json/i.test(type)) return plain(parseJson(bytes.toString('utf8')))
  if (type === '' || /^application\/x-www-form-urlencoded/i.test(type))
    return plain(parseForm(bytes.toString('utf8')))
  return plain({})
}

const plain = (params: Params): Body => ({ params, files: new Map() })

const readMultipart = async (bytes: Buffer, type: string): Promise<Body> => {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } })
    .formData()
    .catch(() => new FormData())
  const fields = new URLSearchParams()
  const files = new Map<string, SentFile>()
  for (const [name, value] of form) {
    if (typeof value === 'string') fields.append(name, value)
    else
      files.set(name, { name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) })
  }
  return { params: parseForm(fields.toString()), files }
}
