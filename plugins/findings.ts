import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { isQuietAt } from '../src/alerts/quiet-hours.ts'
import { NEEDED_SCOPES } from '../src/channel/messenger.ts'
import { fitCommands } from '../src/cures/surroundings.ts'
import { createAppWebhookView } from '../src/findings/app-webhook-view.ts'
import { subscriptionFrom, type AppWebhookState, type Subscription } from '../src/findings/facts.ts'
import { findingsOf, type Finding } from '../src/findings/findings.ts'
import {
  visitorsOfPeople,
  whoWaits,
  type VisitorOfPerson,
  type WaitingVisitor,
} from '../src/findings/people.ts'
import { createPageFacts, type PageFacts } from '../src/findings/page-facts.ts'
import { createInstancesWatch } from '../src/findings/instances.ts'
import { createWatch } from '../src/findings/watch.ts'
import { whileHead } from '../src/base/while-head.ts'
import { webhookAt } from '../src/token/app-webhook.ts'
import type { QueueCounts } from '../src/store/store.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The findings: the one list that console, /readyz, doctor and alerts show. */
    findings: Findings
  }
}

export interface Findings {
  /** @param counts - null if the database does not answer */
  now: (counts: QueueCounts | null) => Finding[]
  /** The webhook subscription of a Page. */
  webhooksOf: (pageId: string) => Subscription
  /** Facts that a Page's keeper observes. */
  pageFacts: (pageId: string) => PageFacts
  /** The app-level subscription; null while it is not known. */
  appWebhook: () => AppWebhookState | null
  /** Visitors who asked for a person and to whom none has written yet. */
  waiting: () => Promise<WaitingVisitor[]>
  /** Visitors whose conversations are handed over to a person. */
  people: () => Promise<VisitorOfPerson[]>
}

/** The most handed-over conversations that are read, latest first. */
const MOST_LEFT = 500

async function findings(app: FastifyInstance) {
  const {
    activity,
    clock,
    config,
    conversation,
    duty,
    graph,
    needs,
    noticed,
    roster,
    store,
    tokens,
    tokenStore,
  } = app
  const { PUBLIC_URL: publicUrl } = config
  const webhookUrl = publicUrl === undefined ? null : webhookAt(publicUrl)
  const view = createAppWebhookView({ graph, clock })
  // Without a Page no webhooks are expected, so their absence is no finding.
  const appWebhook = (): AppWebhookState | null => (tokens.statuses().length === 0 ? null : view())

  const facts = createPageFacts({
    own: (pageId) => ({
      subscription: app.recovery.subscription(pageId),
      profile: app.profile.status(pageId),
      activity: activity.ofPage(pageId),
      automaticRepliesMs: noticed.automaticReplies.seenMs(pageId),
    }),
    pageIds: () => tokens.statuses().map(({ pageId }) => pageId),
    shared: config.DATABASE_URL === undefined ? null : { records: store.records, duty },
    clock,
    log: app.log.child({ part: 'findings' }),
  })
  app.addHook('onListen', async () => facts.start())
  app.addHook('preClose', () => facts.stop())

  const webhooksOf = (pageId: string): Subscription => {
    const stored = tokenStore.pages().find((page) => page.pageId === pageId)
    return subscriptionFrom(facts.of(pageId).subscription, stored?.subscribedFields ?? null)
  }
  const resumeAfterOf = (pageId: string) => conversation.script(pageId).handover.resumeAfter
  const waiting = async (): Promise<WaitingVisitor[]> =>
    whoWaits(await store.leftToPeople({ limit: MOST_LEFT }), clock.now(), resumeAfterOf)
  const people = async (): Promise<VisitorOfPerson[]> =>
    visitorsOfPeople(await store.leftToPeople({ limit: MOST_LEFT }), clock.now(), resumeAfterOf)

  app.decorate('findings', {
    now: (counts) =>
      findingsOf({
        nowMs: clock.now(),
        needs: needs.open(),
        tokens: tokens.statuses(),
        counts,
        webhooksOf,
        profileOf: (pageId) => facts.of(pageId).profile,
        appWebhook: appWebhook(),
        webhookUrl,
        graphSilentSinceMs: app.graphFailure.sinceMs(),
        neededScopes: NEEDED_SCOPES,
      }).map((one) => ({ ...one, remedy: one.remedy && fitCommands(one.remedy, app.surroundings) })),
    webhooksOf,
    pageFacts: facts.of,
    appWebhook,
    waiting,
    people,
  })

  const watch = createWatch({
    needs,
    deadLetters: store.deadLetters,
    waiting,
    isQuiet: () => isQuietAt(config.ALERT_QUIET, clock.now()),
    appWebhook,
    webhookUrl,
    nameOf: (pageId) => tokens.status(pageId).pageName,
    clock,
    log: app.log.child({ part: 'findings' }),
  })
  const instancesWatch = createInstancesWatch({ list: roster.list, needs, clock })
  let stops: (() => void)[] = []
  app.addHook('onListen', async () => {
    stops = [whileHead(duty, watch), whileHead(duty, instancesWatch)]
  })
  app.addHook('preClose', async () => {
    for (const stop of stops) stop()
  })
}

export const findingsPlugin = fp(findings, {
  name: 'findings',
  fastify: '5.x',
  dependencies: [
    'env',
    'clock',
    'store',
    'roster',
    'needs',
    'graph',
    'tokens',
    'conversation',
    'profile',
    'recovery',
  ],
})
