// @ts-check
/** The state of the page. Views subscribe to topics and are called once per turn, after all changes of that turn. */

/** @import { ChatMessage, ConversationView, SandboxEvent, SandboxState, Traffic, Visitor, PageView } from '../api.ts' */
/** @typedef {'sandbox' | 'conversation' | 'traffic' | 'connection' | 'draft'} Topic */
/** @typedef {{ kind: 'reply' | 'edit', mid: string, text: string }} Draft what the next words are: an answer to a message, or another wording of it */
/** @typedef {{ key: number, text: string, mid: string | null }} Sending a message on its way from the composer to the sandbox */
/** @typedef {ReturnType<typeof createStore>} Store */

/** The most calls that are kept, so that a page that stays open uses little memory. */
const TRAFFIC_KEPT = 500

export const createStore = () => {
  const model = {
    /** @type {'connecting' | 'live' | 'lost'} */
    connection: 'connecting',
    /** @type {SandboxState | null} */
    sandbox: null,
    /** How far the sandbox's clock is ahead of this browser's. */
    clockSkewMs: 0,
    /** @type {string | null} */
    pageId: null,
    /** @type {string | null} */
    psid: null,
    /** @type {ConversationView | null} */
    conversation: null,
    /** @type {Sending[]} */
    sending: [],
    /** @type {Draft | null} */
    draft: null,
    /** @type {Map<string, number>} messages of Pages not yet looked at, by `pageId/psid` */
    unread: new Map(),
    /** @type {Map<number, Traffic>} */
    traffic: new Map(),
  }
  /** @type {Map<Topic, (() => void)[]>} */
  const listeners = new Map()
  /** @type {Set<Topic>} */
  const dirty = new Set()

  const flush = () => {
    const topics = [...dirty]
    dirty.clear()
    for (const listener of new Set(topics.flatMap((topic) => listeners.get(topic) ?? []))) listener()
  }

  /** @param {...Topic} topics */
  const changed = (...topics) => {
    if (dirty.size === 0) queueMicrotask(flush)
    for (const topic of topics) dirty.add(topic)
  }

  /** @param {ChatMessage} message */
  const keepMessage = (message) => {
    const messages = model.conversation?.messages ?? []
    const at = messages.findIndex(({ mid }) => mid === message.mid)
    if (at === -1) messages.push(message)
    else messages[at] = message
    model.sending = model.sending.filter(({ mid }) => mid !== message.mid)
  }

  /** @param {SandboxState} state */
  const keepState = (state) => {
    model.sandbox = state
    model.clockSkewMs = state.nowMs - Date.now()
    model.pageId = known(state.pages, 'id', model.pageId)
    model.psid = known(state.visitors, 'psid', model.psid)
    const { conversation } = model
    if (conversation?.pageId !== model.pageId || conversation?.psid !== model.psid) model.conversation = null
  }

  return {
    model,

    /**
     * @param {Topic[]} topics
     * @param {() => void} listener
     */
    subscribe(topics, listener) {
      for (const topic of topics) listeners.set(topic, [...(listeners.get(topic) ?? []), listener])
    },

    /** @param {'connecting' | 'live' | 'lost'} connection */
    setConnection(connection) {
      if (model.connection === connection) return
      model.connection = connection
      changed('connection')
    },

    /** @param {SandboxState} state */
    setState(state) {
      keepState(state)
      changed('sandbox', 'conversation')
    },

    /**
     * @param {string} pageId
     * @param {string} psid
     */
    select(pageId, psid) {
      model.pageId = pageId
      model.psid = psid
      model.conversation = null
      model.sending = []
      model.draft = null
      changed('sandbox', 'conversation', 'draft')
    },

    /** @param {Draft | null} draft */
    setDraft(draft) {
      model.draft = draft
      changed('draft')
    },

    /** @param {ConversationView} conversation */
    setConversation(conversation) {
      if (conversation.pageId !== model.pageId || conversation.psid !== model.psid) return
      model.conversation = conversation
      model.sending = model.sending.filter(
        ({ mid }) => !conversation.messages.some((kept) => kept.mid === mid),
      )
      model.unread.delete(unreadKey(conversation.pageId, conversation.psid))
      changed('conversation')
    },

    /** @param {Traffic[]} traffic */
    setTraffic(traffic) {
      model.traffic = new Map(traffic.slice(-TRAFFIC_KEPT).map((call) => [call.id, call]))
      changed('traffic')
    },

    /** @param {SandboxEvent} event */
    apply(event) {
      switch (event.type) {
        case 'state':
          keepState(event.state)
          return changed('sandbox', 'conversation')
        case 'message':
          if (event.pageId === model.pageId && event.psid === model.psid) {
            keepMessage(event.message)
            return changed('conversation')
          }
          if (event.message.from !== 'page') return
          bump(model.unread, unreadKey(event.pageId, event.psid))
          return changed('sandbox')
        case 'conversation': {
          const { pageId, psid } = event.conversation
          if (pageId !== model.pageId || psid !== model.psid || model.conversation === null) return
          model.conversation = { ...model.conversation, ...event.conversation }
          return changed('conversation')
        }
        case 'traffic': {
          model.traffic.set(event.traffic.id, event.traffic)
          const oldest = model.traffic.keys().next()
          if (model.traffic.size > TRAFFIC_KEPT && oldest.done !== true) model.traffic.delete(oldest.value)
          return changed('traffic')
        }
      }
    },

    /** @param {Sending} sending */
    addSending(sending) {
      model.sending = [...model.sending, sending]
      changed('conversation')
    },

    /**
     * Marks a message as sent, until the message itself arrives.
     *
     * @param {number} key
     * @param {string} mid
     */
    markSent(key, mid) {
      const arrived = model.conversation?.messages.some((message) => message.mid === mid) ?? false
      model.sending = arrived
        ? model.sending.filter((sending) => sending.key !== key)
        : model.sending.map((sending) => (sending.key === key ? { ...sending, mid } : sending))
      changed('conversation')
    },

    /** @param {number} key */
    dropSending(key) {
      model.sending = model.sending.filter((sending) => sending.key !== key)
      changed('conversation')
    },

    clearTraffic() {
      model.traffic = new Map()
      changed('traffic')
    },

    /** @returns {PageView | null} */
    page: () => model.sandbox?.pages.find(({ id }) => id === model.pageId) ?? null,

    /** @returns {Visitor | null} */
    visitor: () => model.sandbox?.visitors.find(({ psid }) => psid === model.psid) ?? null,

    now: () => Date.now() + model.clockSkewMs,
  }
}

/**
 * @param {string} pageId
 * @param {string} psid
 */
export const unreadKey = (pageId, psid) => `${pageId}/${psid}`

/**
 * @param {Map<string, number>} counts
 * @param {string} key
 */
const bump = (counts, key) => counts.set(key, (counts.get(key) ?? 0) + 1)

/**
 * The wanted id if it still exists, else that of the first one.
 *
 * @template {string} K
 * @param {Record<K, string>[]} things
 * @param {K} key
 * @param {string | null} wanted
 * @returns {string | null}
 */
const known = (things, key, wanted) =>
  (things.find((thing) => thing[key] === wanted) ?? things[0])?.[key] ?? null
