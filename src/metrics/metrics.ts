import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** The counters of the bot. */
export interface Metrics {
  /** An accepted event of a callback, including repeated ones. */
  webhookEvent: (kind: string) => void
  webhookRejected: (reason: string) => void
  /** A callback whose object is not a Page. */
  webhookOtherObject: (object: string) => void
  /** A visitor's text for which the script was asked. @param how - `matched`, `doubtful` or `fallback` */
  messageHeard: (how: string) => void
  /** A question for the script's language model. @param outcome - such as `answered` */
  assistantAsked: (outcome: string) => void
  /** @param what - `form_begun`, `form_finished`, `handover`, `first_answer`; others are ignored */
  conversation: (what: string) => void
  /** @param what - the cause of a reply's wait, such as `token` */
  replyWaited: (what: string) => void
  /** @param latencyMs - from the webhook's acceptance of the event to the Send API's 200 */
  replySent: (latencyMs: number) => void
  /** A reply in doubt that was looked for in its conversation. @param outcome - `found`, `not_found` or `unreadable` */
  doubtSettled: (outcome: string) => void
  /** A reply that will not be sent. */
  replyDead: (reason: string) => void
  /** A send that was held back because this instance no longer keeps the Page. */
  heldBack: () => void
  /** A committed transaction of the database. @param ms - time until it was durable */
  committed: (ms: number) => void
  /** A Page that this instance has taken. @param why - such as `lapsed` */
  pageTaken: (why: string) => void
  /** A Page that this instance no longer keeps. @param why - such as `balanced` */
  pageGone: (why: string) => void
  /** A write that the database refused because another instance keeps the Page now. */
  writeFenced: () => void
  /** @param what - the connection to the database that was opened again */
  reconnected: (what: string) => void
  /** @param outcome - `ok` or a verdict */
  graphCall: (edge: string, outcome: string) => void
}

/** The counts in the format of Prometheus. */
export interface Exposition {
  /**
   * The Prometheus text.
   *
   * @param levels - values that are the same on every instance; null if another instance reports them
   */
  render: (levels: Levels | null, own?: OwnLevels) => Promise<string>
  contentType: string
}

/** Values of the whole bot at the time of a scrape. */
export interface Levels {
  inbox: number
  /** Replies not yet sent, by Page. */
  outbox: ReadonlyMap<string, number>
  tokens: readonly { pageId: string; isValid: boolean }[]
  /** Number of instances on this database. */
  instances: number
  /** Dead rows by table, if the database tells them. */
  deadRows: ReadonlyMap<string, number>
}

/** Values of this instance at the time of a scrape. */
export interface OwnLevels {
  /** Time of a durable write made for this scrape, in seconds; null when it failed. */
  writeSeconds: number | null
  /** Number of Pages that this instance keeps. */
  pagesKept: number
}

// From one round trip to Facebook up to hours, for a reply whose Page had no token.
const LATENCY_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 21_600, 86_400]

/** From a fast disk up to the time limit of a statement. */
const COMMIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** The counts of {@link Metrics.conversation} that are a metric; the others have metrics of their own. */
const CONVERSATION: ReadonlySet<string> = new Set(['form_begun', 'form_finished', 'handover', 'first_answer'])

/** The counters. */
const COUNTERS = {
  webhookEvents: {
    name: 'evergreen_webhook_events_total',
    help: 'Webhook events accepted, by kind; events that Facebook repeated included.',
    labelNames: ['kind'],
  },
  webhookRejected: {
    name: 'evergreen_webhook_rejected_total',
    help: 'Requests to the webhook that were refused, by reason.',
    labelNames: ['reason'],
  },
  otherObjects: {
    name: 'evergreen_webhook_other_objects_total',
    help: 'Callbacks about other objects than Pages, by object; they are not answered.',
    labelNames: ['object'],
  },
  heard: {
    name: 'evergreen_messages_heard_total',
    help: 'Messages in words, by how well the script understood them: matched, doubtful or fallback.',
    labelNames: ['how'],
  },
  assistant: {
    name: 'evergreen_assistant_questions_total',
    help: 'Questions for the language model of the script, by what became of them.',
    labelNames: ['outcome'],
  },
  conversations: {
    name: 'evergreen_conversations_total',
    help: 'Forms begun and finished, visitors who asked for a person (handover), and first answers of a person.',
    labelNames: ['what'],
  },
  waited: {
    name: 'evergreen_replies_waited_total',
    help: 'Replies sent that had to wait, by what for.',
    labelNames: ['for'],
  },
  replies: {
    name: 'evergreen_replies_total',
    help: 'What became of replies: sent, or the reason why they became dead letters.',
    labelNames: ['outcome'],
  },
  doubts: {
    name: 'evergreen_replies_in_doubt_total',
    help: 'Replies of which it was not known whether they were sent, by what their conversation told: found, not_found (sent again) or unreadable (sent again).',
    labelNames: ['outcome'],
  },
  graphRequests: {
    name: 'evergreen_graph_requests_total',
    help: 'Calls of the Graph API, by edge, and by outcome: ok or the verdict.',
    labelNames: ['edge', 'outcome'],
  },
  takeovers: {
    name: 'evergreen_page_takeovers_total',
    help: 'Pages that this instance has taken, by what became of its keeper before: new (there was none), left (gave it away), lapsed (its lease ran out), unknown.',
    labelNames: ['why'],
  },
  gone: {
    name: 'evergreen_pages_gone_total',
    help: 'Pages that this instance keeps no more, by why: balanced, stopped, rested (by an operator, or cut off from Facebook), lapsed (the lease was lost).',
    labelNames: ['why'],
  },
  reconnects: {
    name: 'evergreen_database_reconnects_total',
    help: 'Connections to the database server that were opened anew, by what they are for: leases (and notifications) or queues.',
    labelNames: ['connection'],
  },
  heldBack: {
    name: 'evergreen_sends_held_back_total',
    help: "Sends that were not written to Facebook, because the Page was no longer this instance's.",
    labelNames: [],
  },
  fenced: {
    name: 'evergreen_writes_fenced_total',
    help: 'Outcomes of events and replies that were not stored, because another instance kept the Page by then.',
    labelNames: [],
  },
} as const

/** The gauges, which are set at a scrape. */
const GAUGES = {
  inboxPending: {
    name: 'evergreen_inbox_pending',
    help: 'Accepted events that are not handled yet.',
    labelNames: [],
  },
  outboxPending: {
    name: 'evergreen_outbox_pending',
    help: 'Replies that are not sent yet.',
    labelNames: ['page'],
  },
  databaseUp: {
    name: 'evergreen_database_up',
    help: '1 when the database took a write at the moment of the scrape, else 0.',
    labelNames: [],
  },
  databaseWrite: {
    name: 'evergreen_database_write_seconds',
    help: 'How long the database took for a durable write at the moment of the scrape.',
    labelNames: [],
  },
  pagesKept: {
    name: 'evergreen_pages_kept',
    help: 'Pages whose messages this instance handles and answers.',
    labelNames: [],
  },
  instances: {
    name: 'evergreen_instances',
    help: 'Instances that run on the database.',
    labelNames: [],
  },
  deadRows: {
    name: 'evergreen_database_dead_rows',
    help: 'Rows that a vacuum has to clear away, by table; of a PostgreSQL server.',
    labelNames: ['table'],
  },
  tokenValid: {
    name: 'evergreen_page_token_valid',
    help: '1 while the token of the Page may be used, else 0.',
    labelNames: ['page'],
  },
} as const

/**
 * Counts in plain numbers and passes them to prom-client only at a scrape, so that a count costs only a look-up. Also collects
 * prom-client's default metrics: event loop, heap, garbage collection. Each call makes a registry of its own.
 */
export const createMetrics = (): Metrics & Exposition => {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const count = each(COUNTERS, (about) => createTally(registry, about))
  const gauge = each(GAUGES, (about) => new Gauge<string>({ ...about, registers }))
  const latency = new Histogram({
    name: 'evergreen_reply_latency_seconds',
    help: 'From the acceptance of the webhook to the 200 of the Send API.',
    buckets: LATENCY_BUCKETS,
    registers,
  })
  const commits = new Histogram({
    name: 'evergreen_database_commit_seconds',
    help: 'How long transactions of the database took until they were durable.',
    buckets: COMMIT_BUCKETS,
    registers,
  })

  return {
    webhookEvent: count.webhookEvents.add,
    webhookRejected: count.webhookRejected.add,
    webhookOtherObject: count.otherObjects.add,
    messageHeard: count.heard.add,
    assistantAsked: count.assistant.add,
    conversation: (what) => {
      if (CONVERSATION.has(what)) count.conversations.add(what)
    },
    replyWaited: count.waited.add,
    replySent: (latencyMs) => {
      count.replies.add('sent')
      latency.observe(latencyMs / 1000)
    },
    replyDead: count.replies.add,
    doubtSettled: count.doubts.add,
    heldBack: count.heldBack.add,
    committed: (ms) => commits.observe(ms / 1000),
    pageTaken: count.takeovers.add,
    pageGone: count.gone.add,
    writeFenced: count.fenced.add,
    reconnected: count.reconnects.add,
    graphCall: count.graphRequests.add,

    render: async (levels, own) => {
      gauge.databaseWrite.remove()
      if (own !== undefined) {
        gauge.databaseUp.set(own.writeSeconds === null ? 0 : 1)
        if (own.writeSeconds !== null) gauge.databaseWrite.set(own.writeSeconds)
        gauge.pagesKept.set(own.pagesKept)
      }
      gauge.inboxPending.remove()
      gauge.instances.remove()
      gauge.deadRows.reset()
      gauge.outboxPending.reset()
      gauge.tokenValid.reset()
      if (levels === null) return registry.metrics()
      const { inbox, outbox, tokens } = levels
      gauge.inboxPending.set(inbox)
      gauge.instances.set(levels.instances)
      for (const [table, rows] of levels.deadRows) gauge.deadRows.set({ table }, rows)
      for (const { pageId, isValid } of tokens) {
        gauge.tokenValid.set({ page: pageId }, isValid ? 1 : 0)
        gauge.outboxPending.set({ page: pageId }, 0)
      }
      for (const [page, waiting] of outbox) gauge.outboxPending.set({ page }, waiting)
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}

const each = <Key extends string, About, Made>(
  table: Record<Key, About>,
  make: (about: About) => Made,
): Record<Key, Made> =>
  Object.fromEntries(Object.entries<About>(table).map(([key, about]) => [key, make(about)])) as Record<
    Key,
    Made
  >

interface Tally {
  add: (first?: string, second?: string) => void
}

/** A counter with up to two labels whose values prom-client gets only at a scrape. */
const createTally = (
  registry: Registry,
  about: { name: string; help: string; labelNames: readonly string[] },
): Tally => {
  const counts = new Map<string, Map<string, number>>()
  new Counter<string>({
    ...about,
    registers: [registry],
    collect() {
      this.reset()
      for (const [first, row] of counts) {
        for (const [second, times] of row) {
          const values = [first, second]
          const labels = about.labelNames.map((name, index) => [name, values[index] ?? ''])
          this.inc(Object.fromEntries(labels), times)
        }
      }
    },
  })
  return {
    add: (first = '', second = '') => {
      const row = counts.get(first)
      if (row === undefined) counts.set(first, new Map([[second, 1]]))
      else row.set(second, (row.get(second) ?? 0) + 1)
    },
  }
}
