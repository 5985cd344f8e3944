import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { report, webhookServer } from './webhook.ts'

// C: the tightest durable acceptance with node:sqlite: WAL, synchronous=FULL, unique mid, one commit a loop turn.
const db = new DatabaseSync(join(process.env['BENCH_DIR'] ?? '.', 'c.db'))
db.exec('pragma journal_mode = wal; pragma synchronous = full;')
db.exec(
  'create table event (seq integer primary key, mid text not null unique, body text not null, done integer)',
)
db.exec('create index undone on event (seq) where done is null')
const insert = db.prepare('insert into event (mid, body) values (?, ?) on conflict do nothing')

let group: { mid: string; body: string; resolve: () => void }[] = []

const commit = (): void => {
  const members = group
  group = []
  db.exec('begin')
  for (const { mid, body } of members) insert.run(mid, body)
  db.exec('commit')
  for (const { resolve } of members) resolve()
}

await report(
  webhookServer(
    (callback, body) =>
      new Promise((resolve) => {
        if (group.length === 0) setImmediate(commit)
        const mid = callback.entry[0]?.messaging[0]?.message.mid ?? ''
        group.push({ mid, body: body.toString(), resolve })
      }),
  ),
)
