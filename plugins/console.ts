import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createLiveOverview, type LiveOverview } from '../src/console/live-overview.ts'
import { createActivityMemory } from '../src/metrics/activity-memory.ts'
import { createLogins, type Logins } from '../src/console/logins.ts'
import { fragments } from '../src/console/overview.ts'
import type { WebhookEntry } from '../src/console/page-card.ts'
import { createLiveRepair, type LiveRepair } from '../src/console/live-repair.ts'
import { createNameIndex } from '../src/profile/name-index.ts'
import { createOpenStreams, type OpenStreams } from '../src/console/open-streams.ts'
import { createRepairDesk, type RepairDesk } from '../src/console/repair-desk.ts'
import { createRepairs, type Repairs } from '../src/console/repairs.ts'
import { createSharedRepairs } from '../src/console/shared-repairs.ts'
import { createTranscripts, type OpenTranscript } from '../src/console/transcript.ts'
import { createVisitorLists, type VisitorLists } from '../src/console/visitor-lists.ts'
import { toConsoleView, type ConsoleView } from '../src/console/view.ts'
import { HUMAN_AGENT_WINDOW_MS, STANDARD_WINDOW_MS } from '../src/channel/messenger.ts'
import { webhookAt } from '../src/token/app-webhook.ts'
import { readStoredEvent } from '../src/webhook/inbox.ts'
import { operatorEvent, type OperatorDeed } from '../src/webhook/operator-event.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The queries and actions behind the operator console. */
    console: OperatorConsole
  }
}

export interface OperatorConsole {
  /** The present content of the overview. */
  view: () => Promise<ConsoleView>
  /** The values to enter in the App Dashboard. They hold a secret, so they are only for roles that may set the bot up. */
  webhookEntry: WebhookEntry
  live: LiveOverview
  streams: OpenStreams
  repairs: Repairs
  repairDesk: RepairDesk
  liveRepair: LiveRepair
  logins: Logins
  transcript: OpenTranscript
  visitors: VisitorLists
  /** How long after a visitor's last message a person may answer on a Page, ms. */
  answerableMs: (pageId: string) => number
  /** Until when a person may answer, ms since the epoch; null if the visitor never wrote. */
  answerableUntilMs: (conversation: { pageId: string; windowEndsMs: number | null }) => number | null
  /** Carries out an operator's action in a conversation, only once for each id. @returns false if that was done before */
  does: (deed: OperatorDeed & { id: string; pageId: string; psid: string }) => Promise<boolean>
}

const LATEST_DEAD = 5

async function operatorConsole(app: FastifyInstance) {
  const { activity, clock, config, instances, needs, roster, store, tokens, tokenStore } = app
  const { records } = store
  const log = app.log.child({ part: 'console' })

  const view = async (): Promise<ConsoleView> => {
    // Failed queries become null, because the console must show that the database does not answer.
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
      activityOf: (pageId) => app.findings.pageFacts(pageId).activity,
      profileOf: (pageId) => app.findings.pageFacts(pageId).profile,
      webhooksOf: app.findings.webhooksOf,
      automaticRepliesOf: (pageId) => app.findings.pageFacts(pageId).automaticRepliesMs,
      conversations: activity.conversations(),
      dead: dead.letters,
      waiting,
      visitorName: app.visitorProfiles.knownName,
      appWebhook: app.findings.appWebhook(),
    })
  }

  const answerableMs = (pageId: string): number =>
    app.conversation.script(pageId).handover.humanAgent ? HUMAN_AGENT_WINDOW_MS : STANDARD_WINDOW_MS

  const live = createLiveOverview({
    draw: async () =>
      Object.fromEntries(Object.entries(fragments(await view())).map(([id, { text }]) => [id, text])),
    clock,
    log,
  })
  const repairs = createRepairs({
    bootstrap: app.bootstrapToken,
    shared: createSharedRepairs({ records, instances, roster, log }),
    clock,
    log,
  })
  const repairDesk = createRepairDesk({ repairs, needs, tokens, store, clock, log })
  const liveRepair = createLiveRepair({ waiting: repairDesk.waiting, clock })
  const transcript = createTranscripts({ store, graph: app.graph, tokens, read: readStoredEvent, clock })
  app.decorate('console', {
    view,
    webhookEntry: {
      url: config.PUBLIC_URL === undefined ? null : webhookAt(config.PUBLIC_URL),
      verifyToken: config.FB_VERIFY_TOKEN,
    },
    live,
    streams: createOpenStreams(),
    repairs,
    repairDesk,
    liveRepair,
    logins: createLogins({ records }),
    transcript,
    visitors: createVisitorLists({
      people: app.findings.people,
      conversations: activity.conversations,
      store,
      tokens,
      profiles: app.visitorProfiles,
    }),
    answerableMs,
    answerableUntilMs: ({ pageId, windowEndsMs }) =>
      windowEndsMs === null ? null : windowEndsMs - STANDARD_WINDOW_MS + answerableMs(pageId),
    does: async (deed) => {
      const { stored } = await store.accept([operatorEvent({ ...deed, atMs: clock.now() })])
      return stored > 0
    },
  })

  const memory = createActivityMemory({ activity, store, clock, log })
  const names = createNameIndex({
    profiles: app.visitorProfiles,
    latest: activity.conversations,
    keep: store.keepName,
    clock,
    log,
  })
  app.addHook('onReady', async () => {
    names.start()
    await memory.start()
  })
  app.addHook('onClose', async () => {
    names.stop()
    await memory.stop()
  })

  const stopListening = [needs.onChange(live.poke), tokens.onChange(live.poke)]
  app.addHook('preClose', async () => {
    for (const stop of stopListening) stop()
    repairs.stop()
    // Open streams would keep the server from closing.
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
    'roster',
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
