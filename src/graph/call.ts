import { unexpected } from './read.ts'
import { createProver } from './proof.ts'
import type { CallResult } from './answer.ts'
import { oneLine } from './redact.ts'
import { createTransport, type Call, type Transport, type TransportOptions } from './transport.ts'
import type { Headers } from './usage.ts'

export interface GraphOptions extends TransportOptions {
  /** `v25.0`; goes into every path. */
  version: string
  appId: string
  appSecret: string
  /**
   * Called once, when Graph runs another version than the one in the path: after that version has expired, it does so silently.
   */
  onVersionMismatch?: (versions: { asked: string; ran: string }) => void
}

/** A call before token, proof and version are added; `path` begins after the version. */
export type Request = Omit<Call, 'authorization' | 'asApp'>

/** How every edge calls Graph: the version in the path, the token in the header, its proof in the query. */
export interface Caller extends Pick<Transport, 'now' | 'close'> {
  appId: string
  appSecret: string
  /** Without a token. */
  plain: (wanted: Request) => Promise<CallResult>
  /** With a user or Page token. */
  as: (token: string, wanted: Request) => Promise<CallResult>
  /** With the app's own token. */
  asApp: (wanted: Request) => Promise<CallResult>
}

export const createCaller = (options: GraphOptions): Caller => {
  const { version, appId, appSecret, onVersionMismatch } = options
  const transport = createTransport(options)
  const credentialsOf = createProver(appSecret)
  const appToken = `${appId}|${appSecret}`
  let warned = false

  const call = async (wanted: Call): Promise<CallResult> => {
    const answer = await transport.call({ ...wanted, path: `/${version}${wanted.path}` })
    if (!warned) checkVersion(answer.headers)
    return answer
  }

  const checkVersion = (headers: Headers): void => {
    const ran = headers['facebook-api-version']
    if (typeof ran !== 'string' || ran === version) return
    warned = true
    onVersionMismatch?.({ asked: version, ran: oneLine(ran, 20) })
  }

  return {
    appId,
    appSecret,
    now: transport.now,
    close: transport.close,

    plain: (wanted) => call({ ...wanted, secrets: [...(wanted.secrets ?? []), appSecret] }),

    as: (token, wanted) => {
      const { authorization, proof } = credentialsOf(token)
      const path = `${wanted.path}${wanted.path.includes('?') ? '&' : '?'}${proof}`
      return call({ ...wanted, path, authorization, secrets: [token, appSecret, ...(wanted.secrets ?? [])] })
    },

    asApp: (wanted) =>
      call({
        ...wanted,
        authorization: `Bearer ${appToken}`,
        asApp: true,
        secrets: [appToken, appSecret, ...(wanted.secrets ?? [])],
      }),
  }
}

/** Graph acknowledges a change with `success`, which is a boolean or a string. @throws GraphError `bad_request` if it is false */
export const assertDone = (edge: string, { body }: CallResult): void => {
  if (body['success'] === false || body['success'] === 'false') {
    throw unexpected(edge, 'answered that it was not done', 'bad_request')
  }
}
