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

/** What is so at the moment of a scrape. */
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

/** What is so at the moment of a scrape on this instance alone. */
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

/** Of what conversations count as; the others have metrics of their own. */
const CONVERSATION: ReadonlySet<string> = new Set(['form_begun', 'form_finished', 'handover', 'first_answer'])

/**
 * Counts in plain numbers and hands them to prom-client at a scrape: a count costs a lookup, also where webhooks
 * come in by the thousand. The process is measured, too: event loop, heap, garbage collection. Each call has a registry of
 * its own.
 */
export const createMetrics = (): Metrics & Exposition => {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const webhookEvents = createTally(registry, {
    name: 'evergreen_webhook_events_total',
    help: 'Webhook events accepted, by kind; events that Facebook repeated included.',
    labels: ['kind'],
  })
  const webhookRejected = createTally(registry, {
    name: 'evergreen_webhook_rejected_total',
    help: 'Requests to the webhook that were refused, by reason.',
    labels: ['reason'],
  })
  const otherObjects = createTally(registry, {
    name: 'evergreen_webhook_other_objects_total',
    help: 'Callbacks about other objects than Pages, by object; they are not answered.',
    labels: ['object'],
  })
  const heard = createTally(registry, {
    name: 'evergreen_messages_heard_total',
    help: 'Messages in words, by how well the script understood them: matched, doubtful or fallback.',
    labels: ['how'],
  })
  const assistant = createTally(registry, {
    name: 'evergreen_assistant_questions_total',
    help: 'Questions for the language model of the script, by what became of them.',
    labels: ['outcome'],
  })
  const conversations = createTally(registry, {
    name: 'evergreen_conversations_total',
    help: 'Forms begun and finished, visitors who asked for a person (handover), and first answers of a person.',
    labels: ['what'],
  })
  const waited = createTally(registry, {
    name: 'evergreen_replies_waited_total',
    help: 'Replies sent that had to wait, by what for.',
    labels: ['for'],
  })
  const replies = createTally(registry, {
    name: 'evergreen_replies_total',
    help: 'What became of replies: sent, or the reason why they became dead letters.',
    labels: ['outcome'],
  })
  const doubts = createTally(registry, {
    name: 'evergreen_replies_in_doubt_total',
    help: 'Replies of which it was not known whether they were sent, by what their conversation told: found, not_found (sent again) or unreadable (sent again).',
    labels: ['outcome'],
  })
  const graphRequests = createTally(registry, {
    name: 'evergreen_graph_requests_total',
    help: 'Calls of the Graph API, by edge, and by outcome: ok or the verdict.',
    labels: ['edge', 'outcome'],
  })
  const latency = new Histogram({
    name: 'evergreen_reply_latency_seconds',
    help: 'From the acceptance of the webhook to the 200 of the Send API.',
    buckets: LATENCY_BUCKETS,
    registers,
  })
  const inboxPending = new Gauge({
    name: 'evergreen_inbox_pending',
    help: 'Accepted events that are not handled yet.',
    registers,
  })
  const outboxPending = new Gauge({
    name: 'evergreen_outbox_pending',
    help: 'Replies that are not sent yet.',
    labelNames: ['page'],
    registers,
  })
  const databaseUp = new Gauge({
    name: 'evergreen_database_up',
    help: '1 when the database took a write at the moment of the scrape, else 0.',
    registers,
  })
  const databaseWrite = new Gauge({
    name: 'evergreen_database_write_seconds',
    help: 'How long the database took for a durable write at the moment of the scrape.',
    registers,
  })
  const pagesKept = new Gauge({
    name: 'evergreen_pages_kept',
    help: 'Pages whose messages this instance handles and answers.',
    registers,
  })
  const heldBack = createCount(registry, {
    name: 'evergreen_sends_held_back_total',
    help: "Sends that were not written to Facebook, because the Page was no longer this instance's.",
  })
  const fenced = createCount(registry, {
    name: 'evergreen_writes_fenced_total',
    help: 'Outcomes of events and replies that were not stored, because another instance kept the Page by then.',
  })
  const takeovers = createTally(registry, {
    name: 'evergreen_page_takeovers_total',
    help: 'Pages that this instance has taken, by what became of its keeper before: new (there was none), left (gave it away), lapsed (its lease ran out), unknown.',
    labels: ['why'],
  })
  const gone = createTally(registry, {
    name: 'evergreen_pages_gone_total',
    help: 'Pages that this instance keeps no more, by why: balanced, stopped, rested (by an operator, or cut off from Facebook), lapsed (the lease was lost).',
    labels: ['why'],
  })
  const reconnects = createTally(registry, {
    name: 'evergreen_database_reconnects_total',
    help: 'Connections to the database server that were opened anew, by what they are for: leases (and notifications) or queues.',
    labels: ['connection'],
  })
  const commits = new Histogram({
    name: 'evergreen_database_commit_seconds',
    help: 'How long transactions of the database took until they were durable.',
    buckets: COMMIT_BUCKETS,
    registers,
  })
  const instances = new Gauge({
    name: 'evergreen_instances',
    help: 'Instances that run on the database.',
    registers,
  })
  const deadRows = new Gauge({
    name: 'evergreen_database_dead_rows',
    help: 'Rows that a vacuum has to clear away, by table; of a PostgreSQL server.',
    labelNames: ['table'],
    registers,
  })
  const tokenValid = new Gauge({
    name: 'evergreen_page_token_valid',
    help: '1 while the token of the Page may be used, else 0.',
    labelNames: ['page'],
    registers,
  })

  return {
    webhookEvent: webhookEvents.add,
    webhookRejected: webhookRejected.add,
    webhookOtherObject: otherObjects.add,
    messageHeard: heard.add,
    assistantAsked: assistant.add,
    conversation: (what) => {
      if (CONVERSATION.has(what)) conversations.add(what)
    },
    replyWaited: waited.add,
    replySent: (latencyMs) => {
      replies.add('sent')
      latency.observe(latencyMs / 1000)
    },
    replyDead: replies.add,
    doubtSettled: doubts.add,
    heldBack,
    committed: (ms) => commits.observe(ms / 1000),
    pageTaken: takeovers.add,
    pageGone: gone.add,
    writeFenced: fenced,
    reconnected: reconnects.add,
    graphCall: graphRequests.add,

    render: async (levels, own) => {
      databaseWrite.remove()
      if (own !== undefined) {
        databaseUp.set(own.writeSeconds === null ? 0 : 1)
        if (own.writeSeconds !== null) databaseWrite.set(own.writeSeconds)
        pagesKept.set(own.pagesKept)
      }
      inboxPending.remove()
      instances.remove()
      deadRows.reset()
      outboxPending.reset()
      tokenValid.reset()
      if (levels === null) return registry.metrics()
      const { inbox, outbox, tokens } = levels
      inboxPending.set(inbox)
      instances.set(levels.instances)
      for (const [table, count] of levels.deadRows) deadRows.set({ table }, count)
      for (const { pageId, isValid } of tokens) {
        tokenValid.set({ page: pageId }, isValid ? 1 : 0)
        outboxPending.set({ page: pageId }, 0)
      }
      for (const [pageId, count] of outbox) outboxPending.set({ page: pageId }, count)
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}

/** A counter without labels that prom-client sees only when it is asked. @returns counts one more */
const createCount = (registry: Registry, about: { name: string; help: string }): (() => void) => {
  let count = 0
  new Counter({
    ...about,
    registers: [registry],
    collect() {
      this.reset()
      this.inc(count)
    },
  })
  return () => void (count += 1)
}

interface Tally {
  add: (first: string, second?: string) => void
}

/** A counter with one or two labels that prom-client sees only when it is asked. */
const createTally = (
  registry: Registry,
  {
    name,
    help,
    labels,
  }: { name: string; help: string; labels: readonly [string] | readonly [string, string] },
): Tally => {
  const counts = new Map<string, Map<string, number>>()
  const [firstLabel, secondLabel] = labels
  new Counter({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect() {
      this.reset()
      for (const [first, row] of counts) {
        for (const [second, count] of row) {
          this.inc(
            { [firstLabel]: first, ...(secondLabel !== undefined && { [secondLabel]: second }) },
            count,
          )
        }
      }
    },
  })
  return {
    add: (first, second = '') => {
      const row = counts.get(first)
      if (row === undefined) counts.set(first, new Map([[second, 1]]))
      else row.set(second, (row.get(second) ?? 0) + 1)
    },
  }
}
