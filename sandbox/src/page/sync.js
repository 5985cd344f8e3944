// @ts-check
/**
 * Keeps the store equal to the sandbox: a snapshot, then its event stream; after every lost connection (a restart of the sandbox,
 * a sleeping laptop) it reads a new snapshot, so that no change is missed.
 */

/** @import { SandboxEvent } from '../api.ts' */
/** @import { Store } from './store.js' */
import { addVisitor, EVENTS_PATH, readConversation, readState, readTraffic } from './api.js'

const FIRST_RETRY_MS = 400
const LONGEST_RETRY_MS = 4000

/** @typedef {ReturnType<typeof createSync>} Sync */

/** @param {{ store: Store }} deps */
export const createSync = ({ store }) => {
  const { model } = store
  /** @type {EventSource | null} */
  let source = null
  let failures = 0
  let retryTimer = 0
  let round = 0
  /** @type {SandboxEvent[] | null} events that came while a snapshot was being fetched; applied after it */
  let held = null

  const releaseHeld = () => {
    const late = held ?? []
    held = null
    for (const event of late) store.apply(event)
  }

  /** Reads the whole state again. A later call makes an earlier one void. */
  const refresh = async () => {
    const mine = ++round
    held ??= []
    try {
      let state = await readState()
      if (state.visitors.length === 0 && mine === round) {
        await addVisitor('Robin Fields')
        state = await readState()
      }
      if (mine !== round) return
      store.setState(state)
      const [traffic, conversation] = await Promise.all([
        readTraffic(),
        model.pageId === null || model.psid === null ? null : readConversation(model.pageId, model.psid),
      ])
      if (mine !== round) return
      store.setTraffic(traffic)
      if (conversation !== null) store.setConversation(conversation)
    } finally {
      if (mine === round) releaseHeld()
    }
  }

  const retry = () => {
    source?.close()
    source = null
    failures += 1
    round += 1
    store.setConnection(failures === 1 && model.connection === 'connecting' ? 'connecting' : 'lost')
    clearTimeout(retryTimer)
    retryTimer = setTimeout(connect, Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS))
  }

  const connect = () => {
    clearTimeout(retryTimer)
    source?.close()
    held = []
    const stream = new EventSource(EVENTS_PATH)
    source = stream
    stream.addEventListener('message', ({ data }) => {
      const event = parsed(data)
      if (event === null) return
      if (held !== null) return void held.push(event)
      const before = `${model.pageId}/${model.psid}`
      store.apply(event)
      // The sandbox was reset under another world: the chosen Page or visitor is gone.
      if (before !== `${model.pageId}/${model.psid}`) refresh().catch(() => source === stream && retry())
    })
    stream.addEventListener('error', () => {
      if (source === stream) retry()
    })
    stream.addEventListener('open', () => {
      refresh().then(
        () => {
          if (source !== stream) return
          failures = 0
          store.setConnection('live')
        },
        () => {
          if (source === stream) retry()
        },
      )
    })
  }

  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && model.connection === 'lost') connect()
  })

  return { connect, refresh }
}

/**
 * @param {string} data
 * @returns {SandboxEvent | null}
 */
const parsed = (data) => {
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}
