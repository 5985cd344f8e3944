// @ts-check
/** Shows the connection to the sandbox: a pulse beside the name, and a notice when the connection is lost. */

/** @import { Store } from './store.js' */
/** @import { Sync } from './sync.js' */
import { byId, fill, h } from './dom.js'
import { icon } from './icons.js'

const WORDS = { connecting: 'Connecting', live: 'Live', lost: 'Offline' }

/** @param {{ store: Store, sync: Sync }} deps */
export const createConnection = ({ store, sync }) => {
  const pulse = byId('connection')
  const bar = byId('unreachable')
  store.subscribe(['connection'], () => {
    const { connection } = store.model
    pulse.textContent = WORDS[connection]
    pulse.dataset['connection'] = connection
    bar.hidden = connection !== 'lost'
    document.body.classList.toggle('offline', connection === 'lost')
    fill(
      bar,
      ...(connection === 'lost'
        ? [
            icon('unplug'),
            h(
              'p',
              {},
              h('strong', {}, 'The sandbox does not answer. '),
              'Start it again in its terminal; this page comes back by itself.',
            ),
            h(
              'button',
              { type: 'button', class: 'button small', onclick: () => sync.connect() },
              icon('refresh'),
              'Try now',
            ),
          ]
        : []),
    )
  })
}
