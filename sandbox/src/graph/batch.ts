import type { SandboxParts } from '../parts.ts'
import { facebookJson } from '../webhooks/bytes.ts'
import { UPLOAD_FIELD } from './attachment-rules.ts'
import { fillIn, resultsIn } from './batch-results.ts'
import type { SentFile } from './multipart.ts'
import type { Call } from './call.ts'
import { badParameter, GraphFailure } from './failure.ts'
import { asText, isObject, mergeParams, optionalText, parseForm, unpack, type Params } from './params.ts'
import { perform, type Reply } from './perform.ts'
import { splitAddress, toCall, type ReadCall } from './request.ts'

/** docs/messenger-platform.md#f8. */
const MOST_PARTS = 50

/** A part of the answer; null if it was omitted, not carried out, or not answered in time. */
type Part = { code: number; headers?: { name: string; value: string }[]; body: string | null } | null

/** The result of a part; null when a part it depends on failed. */
type Outcome = Promise<Reply | null>

/** `POST /?batch=[...]`: each part is a call; all run at the same time and are answered in their order. */
export const isBatch = ({ method, path, params }: Call): boolean =>
  method === 'POST' && path.length === 0 && params['batch'] !== undefined

export const performBatch = async (parts: SandboxParts, whole: Call): Promise<Part[]> => {
  const asked = unpack(whole.params['batch'])
  if (!Array.isArray(asked)) throw badParameter('Param batch must be an array.')
  if (asked.length > MOST_PARTS) {
    throw new GraphFailure({
      message: `Too many requests in batch message. Maximum batch size is ${MOST_PARTS}`,
      type: 'GraphBatchException',
      code: 1,
    })
  }
  if (whole.token === null && !asked.every(bringsToken)) {
    throw new GraphFailure(
      { message: '(#2500) A batch request must include an access token', code: 2500 },
      { challenge: 'invalid_request' },
    )
  }
  const given = asked.map((part: unknown): Params => (isObject(part) ? part : {}))
  const results = new Set(given.flatMap(resultsIn))
  const named = new Map<string, Outcome>()
  const outcomes = given.map((part) => {
    const outcome = carryOut(parts, whole, part, new Map(named))
    if (typeof part['name'] === 'string') named.set(part['name'], outcome)
    return outcome
  })
  const withHeaders = !/^(false|0)$/i.test(optionalText(whole.params, 'include_headers') ?? 'true')
  const replies = await Promise.all(outcomes)
  return replies.map((reply, index) => {
    const isLeftOut = isOmitted(given[index] ?? {}, results) && (reply?.status ?? 0) < 400
    return isLeftOut ? null : shown(reply, withHeaders)
  })
}

/** A part waits for those before it that it names in `depends_on` or whose result it uses. */
const carryOut = async (
  parts: SandboxParts,
  whole: Call,
  part: Params,
  earlier: ReadonlyMap<string, Outcome>,
): Outcome => {
  const needed = [...new Set([...namesIn(part['depends_on']), ...resultsIn(part)])]
  const missing = needed.find((name) => !earlier.has(name))
  const replies = new Map<string, Reply>()
  for (const name of needed) {
    const reply = await earlier.get(name)
    if (reply === undefined) continue
    if (reply === null || reply.status >= 400) return null
    replies.set(name, reply)
  }
  const read = readPart(parts, whole, fillIn(part, replies))
  if (missing === undefined) return perform(parts, read)
  const problem = badParameter(`No operation of the name '${missing}' comes before this one`)
  return perform(parts, { ...read, problem })
}

/** Whether a part's answer is omitted: by `omit_response_on_success`, or by default if another part uses its result. */
const isOmitted = ({ name, omit_response_on_success: asked }: Params, results: ReadonlySet<string>) =>
  asked === undefined ? results.has(asText(name)) : /^(true|1)$/.test(String(asked as boolean))

const shown = (reply: Reply | null, withHeaders: boolean): Part => {
  if (reply === null || reply.body === null) return null
  return {
    code: reply.status,
    ...(withHeaders && { headers: headerList(reply) }),
    body: bodyOf(reply.body),
  }
}

const bodyOf = (body: object | string): string => (typeof body === 'string' ? body : facebookJson(body))

const readPart = (parts: SandboxParts, whole: Call, given: Params): ReadCall => {
  const method = (asText(given['method']) || 'GET').toUpperCase()
  const relative = typeof given['relative_url'] === 'string' ? given['relative_url'].replace(/^\/+/, '') : ''
  const [path, query] = splitAddress(relative)
  const body = typeof given['body'] === 'string' ? parseForm(given['body']) : {}
  const own = mergeParams(parseForm(query), body)
  const read = toCall(parts, {
    method: isMethod(method) ? method : 'GET',
    origin: whole.origin,
    address: `/${/^v\d+\.\d+(\/|$)/.test(path) ? '' : `${whole.version}/`}${path}`,
    body: mergeParams(inherited(whole, own), own),
    files: attached(whole, given),
  })
  if (isMethod(method) && relative !== '') return read
  return { ...read, problem: badParameter('Each batch request must have a method and a relative_url') }
}

/** `attached_files` names fields of the whole body; their files are those that the part uploads. */
const attached = ({ files }: Call, { attached_files: names }: Params): SentFile[] => {
  const wanted = new Set(namesIn(names))
  return files.filter(({ field }) => wanted.has(field)).map((file) => ({ ...file, field: UPLOAD_FIELD }))
}

/** A part without a token gets that of the batch, with its proof. */
const inherited = (whole: Call, own: Params): Params => {
  if (own['access_token'] !== undefined || whole.token === null) return {}
  const proof = whole.params['appsecret_proof']
  return {
    access_token: whole.token,
    ...(own['appsecret_proof'] === undefined && proof !== undefined && { appsecret_proof: proof }),
  }
}

const bringsToken = (part: unknown): boolean =>
  isObject(part) &&
  [part['relative_url'], part['body']].some(
    (text) => typeof text === 'string' && /(^|[?&])access_token=/.test(text),
  )

const namesIn = (value: unknown): string[] => {
  const names = Array.isArray(value) ? value.map(asText) : asText(value).split(',')
  return names.map((name) => name.trim()).filter((name) => name !== '')
}

const isMethod = (method: string): boolean => ['GET', 'POST', 'DELETE'].includes(method)

const headerList = ({ headers }: Reply) =>
  Object.entries({ 'Content-Type': 'application/json; charset=UTF-8', ...headers }).map(([name, value]) => ({
    name,
    value,
  }))
