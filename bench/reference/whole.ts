import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Agent, request } from 'undici'
import { report, webhookServer } from './webhook.ts'

// E: receive, persist, reply in the order of each conversation, record. In one file and as short as it gets: no retry, no
// parking, no token care, no window, no pace.
const graph = process.env['GRAPH_URL'] ?? ''
const dispatcher = new Agent({ connections: 256 })
const db = new DatabaseSync(join(process.env['BENCH_DIR'] ?? '.', 'e.db'))
db.exec('pragma journal_mode = wal; pragma synchronous = full;')
db.exec(
  'create table event (seq integer primary key, mid text not null unique, body text not null, done text)',
)
db.exec('create index undone on event (seq) where done is null')
const insert = db.prepare('insert into event (mid, body) values (?, ?) on conflict do nothing')
const finish = db.prepare('update event set done = ? where seq = ?')

interface Member {
  mid: string
  psid: string
  body: string
  resolve: () => void
}
let group: Member[] = []
let marks: { seq: number; messageId: string }[] = []
let scheduled = false

const schedule = (): void => {
  if (scheduled) return
  scheduled = true
  setImmediate(commit)
}

const commit = (): void => {
  scheduled = false
  const members = group
  const finished = marks
  group = []
  marks = []
  db.exec('begin')
  const stored = members.map(({ mid, body }) => insert.run(mid, body))
  for (const { seq, messageId } of finished) finish.run(messageId, seq)
  db.exec('commit')
  for (const [n, member] of members.entries()) {
    member.resolve()
    const result = stored[n]
    if (result !== undefined && result.changes > 0) inTurn(member, Number(result.lastInsertRowid))
  }
}

const tails = new Map<string, Promise<void>>()

/** One call in flight for each conversation. */
const inTurn = (member: Member, seq: number): void => {
  const mine = (tails.get(member.psid) ?? Promise.resolve()).then(() => reply(member, seq))
  tails.set(member.psid, mine)
  void mine.then(() => {
    if (tails.get(member.psid) === mine) tails.delete(member.psid)
  })
}

const reply = async ({ psid }: Member, seq: number): Promise<void> => {
  const { body } = await request(`${graph}/v25.0/me/messages`, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/json', authorization: 'Bearer bench-page-token' },
    body: JSON.stringify({
      recipient: { id: psid },
      messaging_type: 'RESPONSE',
      message: { text: 'We are open Monday to Friday.', metadata: String(seq) },
    }),
  })
  const { message_id: messageId } = (await body.json()) as { message_id: string }
  marks.push({ seq, messageId })
  schedule()
}

await report(
  webhookServer(
    (callback, body) =>
      new Promise((resolve) => {
        const item = callback.entry[0]?.messaging[0]
        group.push({
          mid: item?.message.mid ?? '',
          psid: item?.sender.id ?? '',
          body: body.toString(),
          resolve,
        })
        schedule()
      }),
  ),
)
