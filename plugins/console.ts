import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createLiveOverview, type LiveOverview } from '../src/console/live-overview.ts'
import { createActivityMemory } from '../src/metrics/activity-memory.ts'
import { createLogins, type Logins } from '../src/console/logins.ts'
import { fragments } from '../src/console/overview.ts'
import { createLiveRepair, type LiveRepair } from '../src/console/live-repair.ts'
import { createRepairDesk, type RepairDesk } from '../src/console/repair-desk.ts'
import { createRepairs, type Repairs } from '../src/console/repairs.ts'
import { createTranscripts, type OpenTranscript } from '../src/console/transcript.ts'
import { toConsoleView, type ConsoleView } from '../src/console/view.ts'
import { webhookAt } from '../src/token/app-webhook.ts'
import { readStoredEvent } from '../src/webhook/inbox.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The queries and actions behind the operator console. */
    console: OperatorConsole
  }
}

export interface OperatorConsole {
  /** All that the overview shows, as of now. */
  view: () => Promise<ConsoleView>
  live: LiveOverview
  repairs: Repairs
  repairDesk: RepairDesk
  liveRepair: LiveRepair
  logins: Logins
  transcript: OpenTranscript
}

const LATEST_DEAD = 5

async function operatorConsole(app: FastifyInstance) {
  const { activity, clock, config, needs, store, tokens, tokenStore } = app
  const log = app.log.child({ part: 'console' })

  const view = async (): Promise<ConsoleView> => {
    // The console must say that the database does not answer, so it cannot fail with it.
    const [counts, dead, waiting] = await Promise.all([
      store.counts().catch(() => null),
      store.deadLetters.list({ limit: LATEST_DEAD }).catch(() => ({ letters: [] })),
      app.findings.waiting().catch(() => null),
    ])
    return toConsoleView({
      nowMs: clock.now(),
      findings: app.findings.now(counts),
      tokens: tokens.statuses(),
      stored: tokenStore.pages(),
      counts,
      activityOf: activity.ofPage,
      profileOf: app.profile.status,
      webhooksOf: app.findings.webhooksOf,
      automaticRepliesOf: app.noticed.automaticReplies.seenMs,
      conversations: activity.conversations(),
      dead: dead.letters,
      waiting,
      visitorName: app.visitorProfiles.knownName,
      appWebhook: app.findings.appWebhook(),
      webhookEntry: {
        url: config.PUBLIC_URL === undefined ? null : webhookAt(config.PUBLIC_URL),
        verifyToken: config.FB_VERIFY_TOKEN,
      },
    })
  }

  const live = createLiveOverview({
    draw: async () =>
      Object.fromEntries(Object.entries(fragments(await view())).map(([id, { text }]) => [id, text])),
    clock,
    log,
  })
  const repairs = createRepairs({ bootstrap: app.bootstrapToken, clock, log })
  const repairDesk = createRepairDesk({ repairs, needs, tokens, store, clock, log })
  const liveRepair = createLiveRepair({ waiting: repairDesk.waiting, clock })
  const transcript = createTranscripts({ store, graph: app.graph, tokens, read: readStoredEvent, clock })
  app.decorate('console', {
    view,
    live,
    repairs,
    repairDesk,
    liveRepair,
    logins: createLogins({ clock }),
    transcript,
  })

  const memory = createActivityMemory({ activity, store, clock, log })
  app.addHook('onReady', () => memory.start())
  app.addHook('onClose', () => memory.stop())

  const stopListening = [needs.onChange(live.poke), tokens.onChange(live.poke)]
  app.addHook('preClose', async () => {
    for (const stop of stopListening) stop()
    repairs.stop()
    // Streams would keep the server from closing.
    live.stop()
    liveRepair.stop()
  })
}

export const consolePlugin = fp(operatorConsole, {
  name: 'console',
  fastify: '5.x',
  dependencies: [
    'clock',
    'metrics',
    'store',
    'needs',
    'graph',
    'tokens',
    'bootstrap',
    'profile',
    'conversation',
    'findings',
    'noticed',
  ],
})
