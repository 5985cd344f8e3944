// @ts-check
/** The chat page of the sandbox: puts the parts together. */

import { createActions } from './actions.js'
import { createArrival } from './arrival.js'
import { createChat } from './chat.js'
import { createComposer } from './composer.js'
import { createConnection } from './connection.js'
import { createGuide } from './guide.js'
import { createPeople } from './people.js'
import { createRepair } from './repair.js'
import { createStore } from './store.js'
import { createSync } from './sync.js'
import { createTraffic } from './traffic.js'
import { createTrouble } from './trouble.js'
import { createViews } from './views.js'
import { createWebhookProblem } from './webhook-problem.js'

const store = createStore()
const sync = createSync({ store })
const actions = createActions({ store, sync })

const chosen = new URLSearchParams(location.hash.slice(1))
store.model.pageId = chosen.get('page')
store.model.psid = chosen.get('visitor')

createConnection({ store, sync })
createWebhookProblem({ store })
createViews({ store })
createGuide({ store, actions })
createPeople({ store, actions })
createRepair({ store, actions })
createComposer({ store, actions })
createChat({ store, actions })
createTrouble({ store, actions })
createTraffic({ store, actions })
createArrival({ store, actions, ref: chosen.get('ref') })

sync.connect()
