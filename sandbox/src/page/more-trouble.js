// @ts-check
/** Less common faults. The control API has more of them (docs/sandbox.md). */

/** @import { TroubleKind } from '../api.ts' */
/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { h } from './dom.js'

/** @typedef {{ kind: TroubleKind, title: string, about: string, of?: 'page' }} Rare */

/** @type {Rare[]} */
const RARE = [
  { kind: 'checkpoint', title: 'Security check', about: '190/459 until the person logs in again' },
  { kind: 'logged-out', title: 'Token revoked', about: '190/467, for good' },
  {
    kind: 'page-unpublished',
    title: 'Page unpublished',
    about: '190 without subcode, until calm',
    of: 'page',
  },
  {
    kind: 'page-unticked',
    title: 'Page not ticked',
    about: '190 without subcode, until a login in which it is ticked',
    of: 'page',
  },
  { kind: 'ip-blocked', title: 'Address not allowed', about: '5 on every call, until calm' },
  { kind: 'app-deactivated', title: 'App deactivated', about: '200 on every call, until calm' },
  {
    kind: 'subscribe-nothing',
    title: 'Empty success',
    about: 'the next subscription of a Page succeeds and subscribes nothing',
  },
  {
    kind: 'policy-block',
    title: 'Policy broken',
    about: '10/1893063 on every send; the app is told',
    of: 'page',
  },
  { kind: 'throttle', title: 'Too many calls', about: '80006 for 5 minutes, with usage headers', of: 'page' },
  {
    kind: 'media-expired',
    title: 'Uploaded media are over',
    about: 'their ids are refused with 2018074, as after 90 days',
    of: 'page',
  },
  { kind: 'webhook-drop', title: 'Lose the next event', about: 'its webhook is never sent' },
  { kind: 'webhook-duplicate', title: 'Double the next event', about: 'its webhook comes twice' },
  { kind: 'webhook-reorder', title: 'Overtake the next event', about: 'the one after it comes first' },
  { kind: 'webhook-batch', title: 'Next two in one', about: 'two events in one callback' },
  { kind: 'webhook-unordered', title: 'Lose the order', about: 'failed callbacks are overtaken, until calm' },
]

/**
 * @param {{ store: Store, actions: Actions }} deps
 * @returns {HTMLElement}
 */
export const createMoreTrouble = ({ store, actions }) => {
  const mode = h('button', { type: 'button', class: 'button small', 'data-testid': 'mode' })
  mode.addEventListener('click', () => {
    const isLive = store.model.sandbox?.app.mode === 'live'
    void actions.trouble(isLive ? 'development-mode' : 'live-mode')
  })
  const modeAbout = h('span', { class: 'rare-about' })
  const states = h('ul', { class: 'rare-states', 'data-testid': 'trouble-states' })

  store.subscribe(['sandbox'], () => {
    const { sandbox } = store.model
    if (sandbox === null) return
    const isLive = sandbox.app.mode === 'live'
    mode.textContent = isLive ? 'Put the app in development' : 'Put the app live'
    modeAbout.textContent = isLive
      ? 'then it reaches people with a role on it alone (200/2018028)'
      : 'now it reaches people with a role on it alone'
    states.replaceChildren(...goingOn(sandbox).map((words) => h('li', {}, words)))
  })

  /** @param {Rare} rare */
  const drawRare = ({ kind, title, about, of }) =>
    h(
      'li',
      {},
      h(
        'button',
        {
          type: 'button',
          class: 'button small',
          'data-trouble': kind,
          onclick: () => {
            const { pageId } = store.model
            void actions.trouble(kind, of === 'page' && pageId !== null ? { pageId } : {})
          },
        },
        title,
      ),
      h('span', { class: 'rare-about' }, about),
    )

  return h(
    'details',
    { class: 'more-trouble' },
    h('summary', {}, 'More trouble'),
    h('ul', { class: 'rare' }, ...RARE.map(drawRare), h('li', {}, mode, modeAbout)),
    states,
  )
}

/**
 * The kinds of trouble that last until they are ended.
 *
 * @param {import('../api.ts').SandboxState} state
 * @returns {string[]}
 */
const goingOn = ({ trouble, pages, webhook, nowMs }) => {
  const failingMinutes =
    webhook.failingSinceMs === null ? 0 : Math.floor((nowMs - webhook.failingSinceMs) / 60_000)
  return [
    ...pages
      .filter(({ id }) => trouble.throttledUntilMs[id] !== undefined)
      .map(({ id, name }) => {
        const minutes = Math.ceil(((trouble.throttledUntilMs[id] ?? nowMs) - nowMs) / 60_000)
        return `${name} is throttled for ${minutes} more minutes.`
      }),
    ...pages.filter(({ restricted }) => restricted).map(({ name }) => `${name} may not send.`),
    ...(trouble.ipBlocked ? ['The address of the bot is not allowed.'] : []),
    ...(trouble.appDeactivated ? ['The app is deactivated.'] : []),
    ...(trouble.webhookUnordered ? ['Failed callbacks are overtaken.'] : []),
    ...(failingMinutes >= 15
      ? [`Webhooks have been failing for ${failingMinutes} minutes; after 60 the Page is unsubscribed.`]
      : []),
  ]
}
