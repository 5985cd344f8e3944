import type { FastifyRequest } from 'fastify'
import { parseForm, parseJson, type Params } from './params.ts'

/** The parameters in a body: JSON, form, bracketed form or multipart; anything else has none, as with Facebook. */
export const readBody = async (request: FastifyRequest): Promise<Params> => {
  const bytes = request.body
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return {}
  const type = request.headers['content-type'] ?? ''
  if (/^multipart\/form-data/i.test(type)) return await readMultipart(bytes, type)
  if (/^application\/(\w[\w.-]*\+)?json/i.test(type)) return parseJson(bytes.toString('utf8'))
  if (/^application\/x-www-form-urlencoded/i.test(type)) return parseForm(bytes.toString('utf8'))
  return {}
}

/** The text fields; uploaded files are not kept. */
const readMultipart = async (bytes: Buffer, type: string): Promise<Params> => {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } })
    .formData()
    .catch(() => new FormData())
  const fields = new URLSearchParams()
  for (const [name, value] of form) if (typeof value === 'string') fields.append(name, value)
  return parseForm(fields.toString())
}
