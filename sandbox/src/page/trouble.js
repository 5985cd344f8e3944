// @ts-check
/** The panel beside the chat: the Pages' tokens, trouble at Facebook, the Page inbox, and the clock. */

/** @import { SandboxState, TroubleKind } from '../api.ts' */
/** @import { Actions } from './actions.js' */
/** @import { IconName } from './icons.js' */
/** @import { Store } from './store.js' */
import { byId, fill, h } from './dom.js'
import { icon } from './icons.js'
import { createInbox } from './inbox.js'
import { createMoreTrouble } from './more-trouble.js'
import { createReviews } from './reviews.js'
import { createTime } from './time.js'
import { causeOfDeath } from './token.js'

/** @typedef {{ kind: TroubleKind, sign: IconName, title: string, really: string, see: string, ofPage?: boolean }} Blow */
/** @typedef {{ off: TroubleKind, on: TroubleKind, sign: IconName, title: string, offWord: string, onWord: string, really: string, see: string, isOff: (state: SandboxState) => boolean }} Switch */

/** @type {Blow[]} */
const BLOWS = [
  {
    kind: 'password-changed',
    sign: 'lock',
    title: 'Password changed',
    really: 'Facebook ends every session of that person: each token made from it answers error 190/460.',
    see: 'Your messages still come in; replies wait for a new token.',
  },
  {
    kind: 'app-removed',
    sign: 'unplug',
    title: 'App removed',
    really:
      'The person threw the app out of their settings: its tokens answer 190/458, and Facebook calls the deauthorize address.',
    see: 'The bot knows at once; replies wait for a new token.',
  },
  {
    kind: 'role-lost',
    sign: 'userx',
    title: 'Page role lost',
    really: 'The person may no longer act for this Page: only its token dies, with 190/492.',
    see: 'Other Pages go on. A new token helps only once the role is back.',
    ofPage: true,
  },
]

/** @type {Switch[]} */
const SWITCHES = [
  {
    off: 'graph-down',
    on: 'graph-up',
    sign: 'cloud',
    title: 'Graph API',
    offWord: 'Down',
    onWord: 'Up',
    really: 'Down, every call of the bot fails, as in a Facebook outage. The token is fine.',
    see: 'Replies come by themselves once it is up; nothing to repair.',
    isOff: ({ trouble }) => trouble.graphDown,
  },
  {
    off: 'webhook-lost',
    on: 'webhook-back',
    sign: 'pulse',
    title: 'Webhooks',
    offWord: 'Lost',
    onWord: 'Back',
    really: 'Lost, Facebook cannot reach the bot; it keeps trying again for a while.',
    see: 'Your messages stay “on their way” until they are back.',
    isOff: ({ trouble }) => trouble.webhookLost,
  },
]

/** @param {{ store: Store, actions: Actions }} deps */
export const createTrouble = ({ store, actions }) => {
  const root = byId('trouble')
  const tokens = h('ul', { class: 'tokens', 'aria-label': 'Page tokens' })
  const wiring = h('dl', { class: 'wiring' })
  /** @type {(() => void)[]} */
  const updates = []
  let tokensDrawn = ''
  let wiringDrawn = ''

  /** @param {Blow} blow */
  const drawBlow = ({ kind, sign, title, really, see, ofPage }) =>
    h(
      'li',
      { class: 'blow' },
      h(
        'button',
        {
          type: 'button',
          class: 'button blow-button',
          'data-trouble': kind,
          'aria-describedby': `about-${kind}`,
          onclick: () =>
            void actions.trouble(
              kind,
              ofPage === true && store.model.pageId !== null ? { pageId: store.model.pageId } : {},
            ),
        },
        icon(sign),
        title,
      ),
      about(kind, really, see),
    )

  /** @param {Switch} facts */
  const drawSwitch = ({ off, on, sign, title, offWord, onWord, really, see, isOff }) => {
    const half = (/** @type {TroubleKind} */ kind, /** @type {string} */ word) =>
      h(
        'button',
        {
          type: 'button',
          class: 'half',
          'data-trouble': kind,
          'aria-label': `${title} ${word.toLowerCase()}`,
          onclick: () => void actions.trouble(kind),
        },
        word,
      )
    const [offHalf, onHalf] = [half(off, offWord), half(on, onWord)]
    updates.push(() => {
      const { sandbox } = store.model
      const isNowOff = sandbox !== null && isOff(sandbox)
      offHalf.setAttribute('aria-pressed', String(isNowOff))
      onHalf.setAttribute('aria-pressed', String(!isNowOff))
    })
    return h(
      'li',
      { class: 'blow' },
      h(
        'div',
        { class: 'switch', role: 'group', 'aria-label': title, 'aria-describedby': `about-${off}` },
        h('span', { class: 'switch-name' }, icon(sign), title),
        h('span', { class: 'halves' }, onHalf, offHalf),
      ),
      about(off, really, see),
    )
  }

  const drawTokens = () => {
    const pages = store.model.sandbox?.pages ?? []
    const key = JSON.stringify(pages.map(({ id, name, token }) => [id, name, token]))
    if (key === tokensDrawn) return
    tokensDrawn = key
    fill(
      tokens,
      ...pages.map(({ id, name, token }) => {
        const state = !token.handedOut ? 'none' : token.alive ? 'alive' : 'dead'
        return h(
          'li',
          { class: `token ${state}`, 'data-testid': 'token-state', 'data-page': id, 'data-state': state },
          h('span', { class: 'token-light', 'aria-hidden': 'true' }),
          h('span', { class: 'token-name', dir: 'auto' }, name),
          h('span', { class: 'token-word' }, state === 'none' ? 'not handed out' : state),
          state === 'dead' &&
            token.reason !== null &&
            h('span', { class: 'token-reason' }, causeOfDeath(token.reason)),
        )
      }),
    )
  }

  const drawWiring = () => {
    const { sandbox } = store.model
    if (sandbox === null) return
    const { webhook, graphOrigin, app } = sandbox
    const key = JSON.stringify([webhook, graphOrigin, app])
    if (key === wiringDrawn) return
    wiringDrawn = key
    fill(
      wiring,
      ...fact('App', `${app.name} (${app.id})`),
      ...fact('Graph API', graphOrigin),
      ...fact('Webhook', webhook.url ?? 'none yet'),
      ...fact('Deliveries', webhookWords(webhook)),
    )
  }

  fill(
    root,
    h('h2', {}, 'Page tokens'),
    tokens,
    h(
      'div',
      { class: 'trouble-head' },
      h('h2', {}, 'Make trouble'),
      h(
        'button',
        {
          type: 'button',
          class: 'button small',
          'data-trouble': 'calm',
          'aria-describedby': 'about-calm',
          onclick: () => void actions.trouble('calm'),
        },
        icon('leaf'),
        'Back to calm',
      ),
    ),
    h('ul', { class: 'blows' }, ...BLOWS.map(drawBlow), ...SWITCHES.map(drawSwitch)),
    h(
      'p',
      { id: 'about-calm', class: 'about foot' },
      'Back to calm ends outages and gives roles back. After a changed password or a removed app only a new token helps, as at Facebook.',
    ),
    createMoreTrouble({ store, actions }),
    createReviews({ store, actions }),
    createInbox({ store, actions }),
    createTime({ store, actions }),
    h('h2', {}, 'How it is wired'),
    wiring,
  )
  store.subscribe(['sandbox'], () => {
    drawTokens()
    drawWiring()
    for (const update of updates) update()
  })
}

/**
 * @param {string} kind
 * @param {string} really
 * @param {string} see
 */
const about = (kind, really, see) =>
  h('p', { id: `about-${kind}`, class: 'about' }, really, ' ', h('em', {}, see))

/**
 * @param {string} name
 * @param {string} value
 */
const fact = (name, value) => [h('dt', {}, name), h('dd', {}, value)]

/** @param {SandboxState['webhook']} webhook */
const webhookWords = ({ url, verified, pending, lastStatus }) => {
  if (url === null) return 'no bot has subscribed'
  const parts = [
    verified ? 'verified' : 'not verified',
    lastStatus === null ? null : `last answer ${lastStatus}`,
    pending > 0 ? `${pending} waiting` : null,
  ]
  return parts.filter((part) => part !== null).join(' · ')
}
