// @ts-check
/** The control API of the sandbox (see ../api.ts) as functions. Each throws an Error whose message may be shown. */

/** @import { ConversationView, SandboxState, Traffic, TroubleBody, TroubleKind, Visitor, VisitorAction } from '../api.ts' */

export const EVENTS_PATH = '/sandbox/events'

/** @returns {Promise<SandboxState>} */
export const readState = () => call('GET', '/sandbox/state')

/** @returns {Promise<Traffic[]>} */
export const readTraffic = () => call('GET', '/sandbox/traffic')

/**
 * @param {string} pageId
 * @param {string} psid
 * @returns {Promise<ConversationView>}
 */
export const readConversation = (pageId, psid) => call('GET', conversationPath(pageId, psid))

/**
 * @param {string} pageId
 * @param {string} psid
 * @param {VisitorAction} action
 * @returns {Promise<{ mid: string }>}
 */
export const act = (pageId, psid, action) => call('POST', conversationPath(pageId, psid), action)

/**
 * @param {string} name
 * @returns {Promise<Visitor>}
 */
export const addVisitor = (name) => call('POST', '/sandbox/visitors', { name })

/**
 * @param {TroubleKind} kind
 * @param {TroubleBody} body
 * @returns {Promise<SandboxState>}
 */
export const makeTrouble = (kind, body) => call('POST', `/sandbox/trouble/${kind}`, body)

/** @returns {Promise<{ token: string }>} */
export const freshUserToken = () => call('POST', '/sandbox/user-token', {})

/**
 * @param {string} pageId
 * @param {string} psid
 */
const conversationPath = (pageId, psid) =>
  `/sandbox/conversations/${encodeURIComponent(pageId)}/${encodeURIComponent(psid)}`

/**
 * @param {'GET' | 'POST'} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
const call = async (method, path, body) => {
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  /** @type {Response} */
  let response
  try {
    response = await fetch(path, { method, cache: 'no-store', ...(body === undefined ? {} : json) })
  } catch {
    throw new Error('The sandbox does not answer. Is it still running?')
  }
  const answer = await response.json().catch(() => null)
  if (response.ok && answer !== null) return answer
  const said = answer?.message ?? answer?.error?.message
  throw new Error(typeof said === 'string' ? said : `The sandbox answered ${response.status}.`)
}
