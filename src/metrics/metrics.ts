import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What the bot counts about itself. */
export interface Metrics {
  /** An event of a callback that was accepted, a repeated one included. */
  webhookEvent: (kind: string) => void
  webhookRejected: (reason: string) => void
  /** A callback about something else than a Page. */
  webhookOtherObject: (object: string) => void
  /** Words of a visitor to which the script was asked for an answer. @param how - `matched`, `doubtful` or `fallback` */
  messageHeard: (how: string) => void
  /** A question for the language model of the script. @param outcome - what became of it, such as `answered` */
  assistantAsked: (outcome: string) => void
  /** @param what - `form_begun`, `form_finished`, `handover`, `first_answer`; others are ignored */
  conversation: (what: string) => void
  /** @param what - what a reply had to wait for, such as `token` */
  replyWaited: (what: string) => void
  /** @param latencyMs - from the webhook's acceptance of the event to the Send API's 200 */
  replySent: (latencyMs: number) => void
  /** A reply in doubt was looked for in its conversation. @param outcome - `found`, `not_found` or `unreadable` */
  doubtSettled: (outcome: string) => void
  /** A reply that will not be sent. */
  replyDead: (reason: string) => void
  /** A reply that was about to be written to Facebook when its Page was no longer this instance's. */
  heldBack: () => void
  /** A transaction of the database was carried out. @param ms - until it was durable */
  committed: (ms: number) => void
  /** This instance has taken a Page. @param why - such as `lapsed` */
  pageTaken: (why: string) => void
  /** This instance keeps a Page no more. @param why - such as `balanced` */
  pageGone: (why: string) => void
  /** Something was not stored because another instance keeps the Page by now. */
  writeFenced: () => void
  /** @param what - which connection to the database was opened anew */
  reconnected: (what: string) => void
  /** @param outcome - `ok` or a verdict */
  graphCall: (edge: string, outcome: string) => void
}

/** What was counted, as Prometheus reads it. */
export interface Exposition {
  /**
   * The Prometheus text.
   *
   * @param levels - what is the same on every instance; null where another one tells it
   */
  render: (levels: Levels | null, own?: OwnLevels) => Promise<string>
  contentType: string
}

/** Values at the moment of a scrape. */
export interface Levels {
  inbox: number
  /** Replies not yet sent, by Page. */
  outbox: ReadonlyMap<string, number>
  tokens: readonly { pageId: string; isValid: boolean }[]
  /** How many run on the database. */
  instances: number
  /** Dead rows by table, where the database tells. */
  deadRows: ReadonlyMap<string, number>
}

/** Values of this instance at the moment of a scrape. */
export interface OwnLevels {
  /** How long a durable write took just now, in seconds; null when it failed. */
  writeSeconds: number | null
  /** How many Pages it works on. */
  pagesKept: number
}

// A reply takes one round trip to Facebook when nothing waits, and hours when its Page had no token.
const LATENCY_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 21_600, 86_400]

/** A disk that syncs at once, up to the time limit of a statement. */
const COMMIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** The counts of conversations that become a metric here; the others have metrics of their own. */
const CONVERSATION: ReadonlySet<string> = new Set(['form_begun', 'form_finished', 'handover', 'first_answer'])

/** Counters, by what is added to them. */
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

/** Levels as of a scrape. */
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
 * Counts in plain numbers and hands them to prom-client at a scrape: a count costs a lookup, also where webhooks
 * come in by the thousand. The process is measured, too: event loop, heap, garbage collection. Each call has a registry of
 * its own.
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

/** A counter with up to two labels that prom-client sees only when it is asked. */
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
