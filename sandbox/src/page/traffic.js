// @ts-check
/** Every call between Facebook (the sandbox) and the bot, newest first, as it happens. */

/** @import { Traffic } from '../api.ts' */
/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { asCurl, gist, pretty, readable } from './wire.js'
import { arrange, byId, fill, h, httpUrl } from './dom.js'
import { duration, isoTime, wireTime } from './format.js'
import { icon } from './icons.js'

const SHOWN = 200
const REDRAW_MS = 50

/** @typedef {'all' | 'webhook' | 'graph' | 'failed'} Kind */

/** @param {{ store: Store, actions: Actions }} deps */
export const createTraffic = ({ store, actions }) => {
  const { model } = store
  const root = byId('traffic')
  const list = h('ol', { class: 'calls', 'aria-label': 'Calls, newest first' })
  const empty = h('p', { class: 'calls-empty' })
  const filter = h('input', {
    type: 'search',
    class: 'filter-text',
    placeholder: 'Filter',
    'aria-label': 'Filter calls by text',
    'data-testid': 'traffic-filter',
  })
  const count = h('span', { class: 'calls-count', 'data-testid': 'traffic-count' })
  const toggle = h(
    'button',
    {
      type: 'button',
      class: 'tool fold',
      'aria-expanded': 'true',
      'aria-controls': 'traffic-body',
      'aria-label': 'Fold traffic',
    },
    icon('down'),
  )
  const pause = h(
    'button',
    {
      type: 'button',
      class: 'tool',
      'aria-pressed': 'false',
      'aria-label': 'Pause',
      'data-testid': 'traffic-pause',
    },
    icon('pause'),
  )
  /** @type {Map<number, { call: Traffic, item: HTMLElement }>} */
  const rows = new Map()
  /** @type {Kind} */
  let kind = 'all'
  /** @type {Traffic[] | null} what was there when the list was paused */
  let frozen = null

  const kinds = h(
    'div',
    { class: 'kinds', role: 'group', 'aria-label': 'Kind of call' },
    ...kindButtons((chosen) => {
      kind = chosen
      draw()
    }),
  )

  /** @param {Traffic} call */
  const originOf = (call) => {
    const bot = httpUrl(model.sandbox?.webhook.url)
    if (call.kind === 'graph') return model.sandbox?.graphOrigin ?? ''
    return bot === null ? 'https://your-bot.example' : new URL(bot).origin
  }

  const draw = () => {
    const all = frozen ?? [...model.traffic.values()]
    const wanted = filter.value.trim().toLowerCase()
    const shown = all.filter(
      (call) => ofKind(call, kind) && (wanted === '' || searchable(call).includes(wanted)),
    )
    const newest = shown.slice(-SHOWN).reverse()
    const items = newest.map((call) => {
      const kept = rows.get(call.id)
      if (kept?.call === call) return kept.item
      const item = row(call, { actions, originOf, open: kept?.item.querySelector('details')?.open ?? false })
      rows.set(call.id, { call, item })
      return item
    })
    for (const id of rows.keys()) {
      if (!model.traffic.has(id)) rows.delete(id)
    }
    arrange(list, items)
    const missed = frozen === null ? 0 : [...model.traffic.values()].length - frozen.length
    count.textContent = missed > 0 ? `${missed} more while paused` : String(shown.length)
    empty.hidden = items.length > 0
    empty.textContent = all.length === 0 ? 'Nothing yet. Say something in the chat.' : 'No call matches.'
  }

  filter.addEventListener('input', draw)
  pause.addEventListener('click', () => {
    frozen = frozen === null ? [...model.traffic.values()] : null
    pause.setAttribute('aria-pressed', String(frozen !== null))
    pause.setAttribute('aria-label', frozen === null ? 'Pause' : 'Go on')
    fill(pause, icon(frozen === null ? 'pause' : 'play'))
    draw()
  })
  const fold = (/** @type {boolean} */ open) => {
    root.classList.toggle('folded', !open)
    toggle.setAttribute('aria-expanded', String(open))
    toggle.setAttribute('aria-label', open ? 'Fold traffic' : 'Unfold traffic')
  }
  toggle.addEventListener('click', () => fold(root.classList.contains('folded')))
  const clear = h(
    'button',
    {
      type: 'button',
      class: 'tool',
      'aria-label': 'Clear the list',
      onclick: () => {
        frozen = frozen === null ? null : []
        store.clearTraffic()
      },
    },
    icon('close'),
  )
  fill(
    root,
    h(
      'div',
      { class: 'traffic-head' },
      toggle,
      h('h2', {}, 'Live traffic'),
      count,
      kinds,
      h('label', { class: 'filter' }, icon('search'), filter),
      pause,
      clear,
    ),
    h('div', { id: 'traffic-body', class: 'traffic-body' }, empty, list),
  )
  // Folded in a low window, which needs its height for the chat.
  if (matchMedia('(min-width: 760px) and (max-height: 760px)').matches) fold(false)
  // Redrawn at most this often, because under load there are hundreds of calls a second.
  let due = false
  store.subscribe(['traffic'], () => {
    if (due) return
    due = true
    setTimeout(() => {
      due = false
      draw()
    }, REDRAW_MS)
  })
}

/** @param {(kind: Kind) => void} choose */
const kindButtons = (choose) => {
  const buttons = /** @type {const} */ ([
    ['all', 'All'],
    ['webhook', 'Webhooks'],
    ['graph', 'Graph'],
    ['failed', 'Failed'],
  ]).map(([kind, label]) => {
    const button = h(
      'button',
      { type: 'button', class: 'half', 'aria-pressed': String(kind === 'all'), 'data-kind': kind },
      label,
    )
    button.addEventListener('click', () => {
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button))
      choose(kind)
    })
    return button
  })
  return buttons
}

/**
 * @param {Traffic} call
 * @param {{ actions: Actions, originOf: (call: Traffic) => string, open: boolean }} how
 */
const row = (call, { actions, originOf, open }) => {
  const body = h('div', { class: 'call-body' })
  const incoming = call.kind === 'webhook'
  const about = gist(call)
  const { where, query } = readable(call.path)
  const way = incoming ? 'Facebook to bot' : 'bot to Facebook'
  const details = h(
    'details',
    { class: 'call', open },
    h(
      'summary',
      {},
      h('time', { class: 'call-time', datetime: isoTime(call.atMs) }, wireTime(call.atMs)),
      h(
        'span',
        { class: `call-way ${call.kind}`, title: way },
        icon(incoming ? 'in' : 'out'),
        h('span', {}, incoming ? 'webhook' : 'graph'),
        h('span', { class: 'sr' }, way),
      ),
      h('span', { class: 'call-method' }, call.method),
      h(
        'span',
        { class: 'call-path' },
        where,
        query && h('span', { class: 'call-query' }, query),
        about && h('span', { class: 'call-gist', dir: 'auto' }, about),
      ),
      h(
        'span',
        { class: `call-status ${statusClass(call)}` },
        call.status === null ? (call.tookMs === null ? 'in flight' : 'no answer') : String(call.status),
      ),
      h('span', { class: 'call-took' }, call.tookMs === null ? '' : duration(call.tookMs)),
    ),
    body,
  )
  const drawBody = () => {
    if (!details.open || body.childElementCount > 0) return
    fill(
      body,
      h('p', { class: 'call-address' }, `${call.method} ${call.path}`),
      h('div', { class: 'call-half' }, h('h3', {}, 'Request'), pretty(call.request)),
      h('div', { class: 'call-half' }, h('h3', {}, 'Answer'), pretty(call.response)),
      h(
        'button',
        {
          type: 'button',
          class: 'button small',
          onclick: async () => {
            if (await actions.copy(asCurl(call, originOf(call))))
              actions.tell('Copied as curl, with placeholders for every secret.')
          },
        },
        icon('copy'),
        'Copy as curl',
      ),
    )
  }
  details.addEventListener('toggle', drawBody)
  drawBody()
  return h('li', { 'data-testid': 'call', 'data-kind': call.kind, 'data-status': call.status }, details)
}

/**
 * For a webhook, 200 alone is good: Facebook sends it again after any other answer.
 *
 * @param {Traffic} call
 */
const statusClass = ({ kind, status, tookMs }) => {
  if (status === null) return tookMs === null ? 'open' : 'bad'
  return (kind === 'webhook' ? status === 200 : status < 400) ? 'good' : 'bad'
}

/**
 * @param {Traffic} call
 * @param {Kind} kind
 */
const ofKind = (call, kind) =>
  kind === 'all' || (kind === 'failed' ? statusClass(call) === 'bad' : call.kind === kind)

/** @param {Traffic} call */
const searchable = (call) =>
  `${call.method} ${call.path} ${call.status} ${JSON.stringify(call.request)} ${JSON.stringify(call.response)}`.toLowerCase()
