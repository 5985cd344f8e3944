// @ts-check
/** The control API of the sandbox (see ../api.ts) as functions. Each throws an Error whose message may be shown. */

/** @import { ConversationView, InboxAction, SandboxState, TemplateStatus, Traffic, TroubleBody, TroubleKind, UploadedFile, Visitor, VisitorAction } from '../api.ts' */

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
 * @returns {Promise<{ mid: string, url?: string }>}
 */
export const act = (pageId, psid, action) => call('POST', conversationPath(pageId, psid), action)

/**
 * A human at the Page.
 *
 * @param {string} pageId
 * @param {string} psid
 * @param {InboxAction} action
 * @returns {Promise<{ mid: string }>}
 */
export const actInInbox = (pageId, psid, action) =>
  call('POST', `/sandbox/inbox/${encodeURIComponent(pageId)}/${encodeURIComponent(psid)}`, action)

/**
 * @param {File} file
 * @returns {Promise<UploadedFile>}
 */
export const uploadFile = (file) =>
  answerOf(
    fetch(`/sandbox/files?name=${encodeURIComponent(file.name)}`, {
      method: 'POST',
      // The sandbox refuses content types that a plain form could send, so a text file is sent as another type.
      headers: {
        'content-type': /^(image|audio|video)\//.test(file.type) ? file.type : 'application/octet-stream',
      },
      body: file,
    }),
  )

/**
 * @param {number} advanceSeconds
 * @returns {Promise<SandboxState>}
 */
export const moveClock = (advanceSeconds) => call('POST', '/sandbox/clock', { advanceSeconds })

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

/**
 * @param {string} id
 * @param {TemplateStatus} status
 * @returns {Promise<SandboxState>}
 */
export const reviewTemplate = (id, status) =>
  call('POST', `/sandbox/templates/${encodeURIComponent(id)}`, { status })

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
const call = (method, path, body) => {
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return answerOf(fetch(path, { method, cache: 'no-store', ...(body === undefined ? {} : json) }))
}

/**
 * @param {Promise<Response>} asked
 * @returns {Promise<any>}
 */
const answerOf = async (asked) => {
  /** @type {Response} */
  let response
  try {
    response = await asked
  } catch {
    throw new Error('The sandbox does not answer. Is it still running?')
  }
  const answer = await response.json().catch(() => null)
  if (response.ok && answer !== null) return answer
  const said = answer?.message ?? answer?.error?.message
  throw new Error(typeof said === 'string' ? said : `The sandbox answered ${response.status}.`)
}
