import type { FastifyRequest } from 'fastify'
import type { UploadedFile } from './call.ts'
import { parseForm, parseJson, type Params } from './params.ts'

export interface ReadBody {
  params: Params
  files: Map<string, UploadedFile>
}

/** JSON, form, bracketed form or multipart; anything else has no parameters, as with Facebook. */
export const readBody = async (request: FastifyRequest): Promise<ReadBody> => {
  const bytes = request.body
  const nothing = { params: {}, files: new Map<string, UploadedFile>() }
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return nothing
  const type = request.headers['content-type'] ?? ''
  if (/^multipart\/form-data/i.test(type)) return await readMultipart(bytes, type)
  const text = bytes.toString('utf8')
  if (/^application\/(\w[\w.-]*\+)?json/i.test(type)) return { ...nothing, params: parseJson(text) }
  if (/^application\/x-www-form-urlencoded/i.test(type)) return { ...nothing, params: parseForm(text) }
  return nothing
}

const readMultipart = async (bytes: Buffer, type: string): Promise<ReadBody> => {
  const params: Params = {}
  const files = new Map<string, UploadedFile>()
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } })
    .formData()
    .catch(() => new FormData())
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') params[name] = value
    else {
      const content = Buffer.from(await value.arrayBuffer())
      files.set(name, { name: value.name, contentType: value.type, bytes: content })
    }
  }
  return { params: { ...parseForm(new URLSearchParams(textFields(params)).toString()) }, files }
}

const textFields = (params: Params): [string, string][] =>
  Object.entries(params).map(([name, value]) => [name, String(value)])
