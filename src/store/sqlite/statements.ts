import type { LazyDatabase, LazyStatement } from './lazy-database.ts'

// Enough replies for a conversation page, which shows the latest fifty messages.
const LATEST_SENT = 500

const OUTBOX_ROWS = `
  select o.conversation, c.state, c.window_ends_ms as windowEndsMs, c.psid, o.seq, o.accepted_ms as acceptedMs,
    o.doubt_ms as doubtMs, o.body
  from outbox o join conversation c on c.id = o.conversation`

/** Every statement on the queues and what they leave behind, each prepared once. */
export const prepareStatements = (db: LazyDatabase) => {
  const sql = (text: string): LazyStatement => db.prepare(text)
  return {
    addSeen: sql('insert into seen (key, accepted_ms) values (?, ?) on conflict do nothing'),
    findSeen: sql('select 1 from seen where key = ?'),
    findConversation: sql(
      `select id as conversation, state, window_ends_ms as windowEndsMs from conversation where page = ? and psid = ?`,
    ),
    addConversation: sql('insert into conversation (id, page, psid) values (?, ?, ?)'),
    setWindow: sql('update conversation set window_ends_ms = ? where id = ?'),
    setState: sql('update conversation set state = ? where id = ?'),
    addInbox: sql('insert into inbox (conversation, seq, accepted_ms, body) values (?, ?, ?, ?)'),
    dropInbox: sql('delete from inbox where seq = ?'),
    hasInbox: sql('select 1 from inbox where seq = ?'),
    readInbox: sql(
      `select i.conversation, c.state, c.window_ends_ms as windowEndsMs, p.id as page, c.psid, i.seq,
         i.accepted_ms as acceptedMs, i.body
       from inbox i join conversation c on c.id = i.conversation join page p on p.no = c.page
       where i.seq > ? and i.conversation not in (select value from json_each(?)) order by i.seq limit ?`,
    ),
    addOutbox: sql(
      `insert into outbox (page, conversation, seq, accepted_ms, doubt_ms, body) values (?, ?, ?, ?, ?, ?)`,
    ),
    dropOutbox: sql('delete from outbox where page = ? and conversation = ? and seq = ?'),
    setDoubt: sql('update outbox set doubt_ms = ? where page = ? and conversation = ? and seq = ?'),
    readOutbox: sql(`${OUTBOX_ROWS} where o.page = ? and o.conversation = ? order by o.seq limit ?`),
    readWaiting: sql(
      `select w.conversation from (select distinct conversation from outbox where page = ?) w
       join conversation c on c.id = w.conversation
       where w.conversation not in (select value from json_each(?))
       order by c.window_ends_ms is null, c.window_ends_ms, w.conversation limit ?`,
    ),
    // Of what waits under this number; few bodies name a person, so most are not read as JSON. A damaged one has no author.
    addSent: sql(
      `insert into sent (conversation, seq, message_id, sent_ms, author)
       select conversation, seq, ?, ?, case when instr(body, '"by":') > 0 and json_valid(body) then json_extract(body, '$.by') end
       from outbox where page = ? and conversation = ? and seq = ? on conflict do nothing`,
    ),
    addSentOnly: sql(
      `insert into sent (conversation, seq, sent_ms)
       select conversation, seq, ? from outbox where page = ? and conversation = ? and seq = ? on conflict do nothing`,
    ),
    addDead: sql(
      `insert into dead (seq, page, conversation, accepted_ms, died_ms, reason, error, body)
       select coalesce(?, seq), page, conversation, accepted_ms, ?, ?, ?, body from outbox
       where page = ? and conversation = ? and seq = ?`,
    ),
    replaceOutbox: sql('update outbox set body = ? where page = ? and conversation = ? and seq = ?'),
    pagesWaiting: sql('select id from page where exists (select 1 from outbox where outbox.page = page.no)'),
    countInbox: sql('select count(*) as inbox, min(accepted_ms) as inboxOldestMs from inbox'),
    countOutbox: sql(
      `select p.id as page, count(*) as count, min(o.accepted_ms) as oldestMs
       from outbox o join page p on p.no = o.page group by o.page`,
    ),
    countDead: sql('select count(*) as n from dead'),
    readSent: sql(
      `select seq, message_id as messageId from sent where conversation =
         (select c.id from conversation c join page p on p.no = c.page where p.id = ? and c.psid = ?)
       order by seq desc limit ${LATEST_SENT}`,
    ),
    setMeta: sql(
      'insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
    ),
  }
}
