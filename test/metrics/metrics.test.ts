import t from 'tap'
import { createMetrics } from '../../src/metrics/metrics.ts'

const NOTHING = { inbox: 0, outbox: new Map<string, number>(), tokens: [], instances: 1, deadRows: new Map() }

/** The samples of a text, by name and labels. */
const samples = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(/ (?=\S+$)/) as [string, string]),
  )

t.test('every metric of the contract is there under its name, with its labels', async (t) => {
  const metrics = createMetrics()
  metrics.webhookEvent('message')
  metrics.webhookEvent('message')
  metrics.webhookEvent('postback')
  metrics.webhookRejected('signature_invalid')
  metrics.replySent(480)
  metrics.replyDead('outside_window')
  metrics.doubtSettled('found')
  metrics.heldBack()
  metrics.committed(3)
  metrics.pageTaken('lapsed')
  metrics.pageGone('balanced')
  metrics.writeFenced()
  metrics.reconnected('leases')
  metrics.graphCall('messages', 'ok')
  metrics.graphCall('messages', 'token_invalid')
  metrics.graphCall('messages', 'ok')

  const text = await metrics.render({
    instances: 2,
    deadRows: new Map([['inbox', 40]]),
    inbox: 3,
    outbox: new Map([['1001', 7]]),
    tokens: [
      { pageId: '1001', isValid: false },
      { pageId: '1002', isValid: true },
    ],
  })
  t.match(samples(text), {
    'evergreen_webhook_events_total{kind="message"}': '2',
    'evergreen_webhook_events_total{kind="postback"}': '1',
    'evergreen_webhook_rejected_total{reason="signature_invalid"}': '1',
    'evergreen_replies_total{outcome="sent"}': '1',
    'evergreen_replies_total{outcome="outside_window"}': '1',
    'evergreen_replies_in_doubt_total{outcome="found"}': '1',
    evergreen_sends_held_back_total: '1',
    'evergreen_database_commit_seconds_bucket{le="0.0025"}': '0',
    'evergreen_database_commit_seconds_bucket{le="0.005"}': '1',
    'evergreen_page_takeovers_total{why="lapsed"}': '1',
    'evergreen_pages_gone_total{why="balanced"}': '1',
    evergreen_writes_fenced_total: '1',
    'evergreen_database_reconnects_total{connection="leases"}': '1',
    evergreen_instances: '2',
    'evergreen_database_dead_rows{table="inbox"}': '40',
    'evergreen_graph_requests_total{edge="messages",outcome="ok"}': '2',
    'evergreen_graph_requests_total{edge="messages",outcome="token_invalid"}': '1',
    evergreen_inbox_pending: '3',
    'evergreen_outbox_pending{page="1001"}': '7',
    'evergreen_outbox_pending{page="1002"}': '0',
    'evergreen_page_token_valid{page="1001"}': '0',
    'evergreen_page_token_valid{page="1002"}': '1',
    'evergreen_reply_latency_seconds_bucket{le="0.25"}': '0',
    'evergreen_reply_latency_seconds_bucket{le="0.5"}': '1',
    evergreen_reply_latency_seconds_count: '1',
    evergreen_reply_latency_seconds_sum: '0.48',
  })
})

t.test('counting goes on from scrape to scrape, and levels are those of the moment', async (t) => {
  const metrics = createMetrics()
  metrics.webhookEvent('message')
  await metrics.render({
    ...NOTHING,
    outbox: new Map([['1001', 7]]),
    tokens: [{ pageId: '1001', isValid: true }],
  })
  metrics.webhookEvent('message')

  const seen = samples(await metrics.render(NOTHING))
  t.equal(seen['evergreen_webhook_events_total{kind="message"}'], '2')
  t.notOk('evergreen_outbox_pending{page="1001"}' in seen, 'a Page that is gone leaves no last value behind')
  t.notOk('evergreen_page_token_valid{page="1001"}' in seen)
})

t.test('two bots in one process count apart', async (t) => {
  const [one, other] = [createMetrics(), createMetrics()]
  one.graphCall('me', 'ok')
  t.match(await one.render(NOTHING), /edge="me"/)
  t.notMatch(await other.render(NOTHING), /edge="me"/)
})

t.test('a label from outside cannot break out of its quotes', async (t) => {
  const metrics = createMetrics()
  const text = await metrics.render({ ...NOTHING, outbox: new Map([['1"} 1\nevil 2', 1]]) })
  t.notMatch(text, /^evil/m)
})

t.test("Node's own metrics are told, too", async (t) => {
  t.match(await createMetrics().render(NOTHING), /^nodejs_eventloop_lag_seconds/m)
})
