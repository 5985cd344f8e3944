import { createHmac } from 'node:crypto'
import http from 'node:http'
import type { Kind, Surroundings } from './kinds.ts'

/**
 * Calls as a client that is not run here sends them: written down from its source, and from what it sent when it was run once
 * against the sandbox. Each is sent byte by byte with `node:http`, so that no client of our own tidies it up.
 */
export interface Sent {
  /** What the client's own documentation calls it; a call without a title prepares the next one. */
  title?: string
  method?: 'GET' | 'POST' | 'DELETE'
  /** Path and query; placeholders in braces stand for what the world has, or an earlier answer brought. */
  path: string
  /** One of the three ways a client writes a body. */
  form?: string
  json?: object
  file?: { fields: Record<string, string>; name: string; type: string; content: string; field?: string }
  headers?: Record<string, string>
  /** The answer holds at least this; placeholders, too. */
  expected?: object
  refused?: string
  /** Parts of the answer for later calls, by their placeholder: `{ post: 'id' }`. */
  keep?: Record<string, string>
}

type Kept = Record<string, string>

/** One client and all its kinds of call, in an order in which each finds what it needs. */
export interface Replay {
  client: string
  /** Of all its calls. */
  headers: Record<string, string>
  calls: readonly Sent[]
}

/** The kinds of a client, each with the calls that prepare it. */
export const replayed = (world: Surroundings, { headers, calls }: Replay): Kind[] => {
  const kept = placeholders(world)
  const kinds: Kind[] = []
  let before: Sent[] = []
  for (const call of calls) {
    before.push(call)
    if (call.title === undefined) continue
    const steps = before
    before = []
    const { title, expected = {}, refused } = call
    const run = async () => {
      let answer: unknown
      for (const step of steps) answer = await send(world, kept, headers, step)
      return answer
    }
    kinds.push({
      title,
      run,
      expected: filledIn(expected, kept) as object,
      ...(refused !== undefined && { refused }),
    })
  }
  return kinds
}

/** What stands in braces: tokens, their proofs, ids. */
const placeholders = (world: Surroundings): Kept => {
  const { origin: _origin, ...texts } = world
  const proof = (token: string) => createHmac('sha256', world.appSecret).update(token).digest('hex')
  const appToken = `${world.appId}|${world.appSecret}`
  return {
    ...texts,
    proof: proof(world.pageToken),
    userProof: proof(world.userToken),
    appProof: proof(appToken),
    appToken,
    appTokenEncoded: encodeURIComponent(appToken),
    callbackUrlEncoded: encodeURIComponent(world.callbackUrl),
  }
}

const filled = (text: string, kept: Kept): string =>
  text.replace(/\{\{(\w+)\}\}/g, (all, name: string) => kept[name] ?? all)

const filledIn = (value: unknown, kept: Kept): unknown => {
  if (typeof value === 'string') return filled(value, kept)
  if (value instanceof RegExp || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: unknown) => filledIn(item, kept))
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [filled(key, kept), filledIn(inner, kept)]),
  )
}

const send = async (
  world: Surroundings,
  kept: Kept,
  common: Record<string, string>,
  call: Sent,
): Promise<unknown> => {
  const fill = (text: string) => filled(text, kept)
  const [body, type] = bodyOf(call, fill)
  const headers = {
    host: 'graph.facebook.com',
    ...common,
    ...(type !== undefined && { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }),
    ...call.headers,
  }
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)]))
  const { text, status } = await request(world.origin, {
    method: call.method ?? 'GET',
    path: fill(call.path),
    headers: sent,
    body,
  })
  const answer: unknown = text === '' ? { status } : JSON.parse(text)
  for (const [name, at] of Object.entries(call.keep ?? {})) kept[name] = valueAt(answer, at)
  return answer
}

const bodyOf = ({ form, json, file }: Sent, fill: (text: string) => string): [string, string | undefined] => {
  if (form !== undefined) return [fill(form), 'application/x-www-form-urlencoded']
  if (json !== undefined) return [fill(JSON.stringify(json)), 'application/json']
  if (file === undefined) return ['', undefined]
  const boundary = '------------------------5f6d1c0b7a'
  const part = (head: string, content: string) => `--${boundary}\r\n${head}\r\n\r\n${content}\r\n`
  const fields = Object.entries(file.fields).map(([name, value]) =>
    part(`Content-Disposition: form-data; name="${name}"`, fill(value)),
  )
  const upload = part(
    `Content-Disposition: form-data; name="${file.field ?? 'filedata'}"; filename="${file.name}"\r\nContent-Type: ${file.type}`,
    file.content,
  )
  return [`${fields.join('')}${upload}--${boundary}--\r\n`, `multipart/form-data; boundary=${boundary}`]
}

interface Raw {
  method: string
  path: string
  headers: Record<string, string>
  body: string
}

const request = (origin: string, { method, path, headers, body }: Raw) =>
  new Promise<{ text: string; status: number }>((resolve, reject) => {
    const call = http.request(`${origin}${path}`, { method, headers, setHost: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (more: string) => (text += more))
      response.on('end', () => resolve({ text, status: response.statusCode ?? 0 }))
    })
    call.on('error', reject)
    call.end(body)
  })

/** `data.0.id`, `paging.next`; the address of a further page is taken without its origin. */
const valueAt = (answer: unknown, at: string): string => {
  let value = answer
  for (const step of at.split('.')) value = (value as Record<string, unknown> | undefined)?.[step]
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  return /^https?:/.test(text) ? text.replace(/^https?:\/\/[^/]+/, '') : text
}
