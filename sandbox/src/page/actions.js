// @ts-check
/** The actions of this page. Failures are shown in the notice at the foot of the page. */

/** @import { InboxAction, TemplateStatus, TroubleBody, TroubleKind, VisitorAction } from '../api.ts' */
/** @import { Store } from './store.js' */
/** @import { Sync } from './sync.js' */
import {
  act,
  actInInbox,
  addVisitor,
  freshUserToken,
  makeTrouble,
  moveClock,
  readConversation,
  reviewTemplate,
  uploadFile,
} from './api.js'
import { byId } from './dom.js'
import { errorText } from './format.js'

const NOTICE_MS = 6000
/** A sent message that the event stream has not brought after this time is fetched. */
const ARRIVAL_MS = 1500

/** @typedef {ReturnType<typeof createActions>} Actions */

/** @param {{ store: Store, sync: Sync }} deps */
export const createActions = ({ store, sync }) => {
  const { model } = store
  const notice = byId('notice')
  let noticeTimer = 0
  let keys = 0

  /** @param {string} text */
  const tell = (text) => {
    notice.textContent = text
    clearTimeout(noticeTimer)
    noticeTimer = setTimeout(() => notice.replaceChildren(), NOTICE_MS)
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T | null>} null when it failed and the person was told
   */
  const attempt = async (work) => {
    try {
      return await work()
    } catch (error) {
      tell(errorText(error))
      return null
    }
  }

  /**
   * @param {string} pageId
   * @param {string} psid
   */
  const select = (pageId, psid) => {
    store.select(pageId, psid)
    history.replaceState(null, '', `#${new URLSearchParams({ page: pageId, visitor: psid })}`)
    return attempt(sync.refresh)
  }

  return {
    tell,
    attempt,
    select,

    /**
     * @param {VisitorAction} action
     * @returns {Promise<boolean>} whether the sandbox took it
     */
    async send(action) {
      const { pageId, psid } = model
      if (pageId === null || psid === null) {
        tell('There is no Page to write to yet.')
        return false
      }
      const key = ++keys
      store.addSending({ key, text: spoken(action), mid: null })
      const sent = await attempt(() => act(pageId, psid, action))
      if (sent === null) {
        store.dropSending(key)
        return false
      }
      store.markSent(key, sent.mid)
      setTimeout(() => {
        if (model.sending.some((sending) => sending.key === key)) {
          void attempt(async () => store.setConversation(await readConversation(pageId, psid))).then(() =>
            store.dropSending(key),
          )
        }
      }, ARRIVAL_MS)
      return true
    },

    /**
     * Sends an action without a bubble of its own: a reaction, an edit, a change of presence.
     *
     * @param {VisitorAction} action
     * @returns {Promise<boolean>} whether the sandbox took it
     */
    async deed(action) {
      const { pageId, psid } = model
      if (pageId === null || psid === null) return false
      return (await attempt(() => act(pageId, psid, action))) !== null
    },

    /**
     * Goes to the bot's own login, which leads back with a code.
     *
     * @param {string} loginUrl
     */
    async logInAtBot(loginUrl) {
      const { pageId, psid } = model
      if (pageId === null || psid === null) return
      const opened = await attempt(() => act(pageId, psid, { type: 'account_link', url: loginUrl }))
      if (opened?.url !== undefined) window.open(opened.url, '_blank', 'noopener')
    },

    /**
     * Comes through an m.me link.
     *
     * @param {string} ref
     */
    async arrive(ref) {
      const { pageId, psid, conversation } = model
      if (pageId === null || psid === null) return false
      if ((await attempt(() => act(pageId, psid, { type: 'referral', ref }))) === null) return false
      const isNew = (conversation?.messages.length ?? 0) === 0
      tell(
        isNew
          ? 'You came through the link: Get Started carries it.'
          : 'You came through the link; the bot was told.',
      )
      return true
    },

    /** @param {File} file */
    async sendFile(file) {
      const { pageId, psid } = model
      if (pageId === null || psid === null) return
      const sent = await attempt(async () => {
        const { url, type } = await uploadFile(file)
        return act(pageId, psid, { type: 'attachment', attachment: { type, url } })
      })
      if (sent !== null) tell(`${file.name} is sent.`)
    },

    /**
     * @param {InboxAction} action
     * @returns {Promise<boolean>}
     */
    async inbox(action) {
      const { pageId, psid } = model
      if (pageId === null || psid === null) return false
      return (await attempt(() => actInInbox(pageId, psid, action))) !== null
    },

    /**
     * @param {string} id
     * @param {TemplateStatus} status
     */
    async review(id, status) {
      const state = await attempt(() => reviewTemplate(id, status))
      if (state !== null) store.setState(state)
    },

    /** @param {number} seconds */
    async moveClock(seconds) {
      const state = await attempt(() => moveClock(seconds))
      if (state !== null) store.setState(state)
    },

    /**
     * @param {TroubleKind} kind
     * @param {TroubleBody} [body]
     */
    async trouble(kind, body = {}) {
      const state = await attempt(() => makeTrouble(kind, body))
      if (state !== null) store.setState(state)
    },

    /** @param {string} name */
    async join(name) {
      const visitor = await attempt(() => addVisitor(name))
      if (visitor !== null && model.pageId !== null) await select(model.pageId, visitor.psid)
      return visitor !== null
    },

    userToken: () => attempt(async () => (await freshUserToken()).token),

    /**
     * @param {string} text
     * @param {HTMLElement} [shown] selected for copying by hand where the browser refuses
     */
    async copy(text, shown) {
      try {
        await navigator.clipboard.writeText(text)
        return true
      } catch {
        if (shown !== undefined) getSelection()?.selectAllChildren(shown)
        tell('The browser did not allow copying. The text is selected: press Ctrl+C or ⌘C.')
        return false
      }
    },
  }
}

/** @param {VisitorAction} action */
const spoken = (action) => {
  switch (action.type) {
    case 'text':
      return action.text
    case 'quick_reply':
    case 'postback':
      return action.title
    case 'get_started':
      return 'Get Started'
    default:
      return '…'
  }
}
