import { setImmediate as nextTurn } from 'node:timers/promises'
import { systemClock } from '../../src/base/clock.ts'
import { openOnServer } from '../../src/store/postgres/open.ts'
import { openStore } from '../../src/store/sqlite/open.ts'
import type { InboxClaim, OutboxClaim, OutboxRoom } from '../../src/store/store.ts'
import { PAGE_IDS, psidOf } from '../lib/requests.ts'

/**
 * A store alone, as a bot opens it. `{ accept }` has so many callers accept events of one message each; `{ answer: true }` has each
 * event that comes in answered by one reply, which is sent at once; `{ sent: true }` asks how many are.
 */
export type StoreQuestion =
  { accept: number; callers: number; conversations: number; run: string } | { answer: true } | { sent: true }

const dir = process.env['BENCH_DIR'] ?? '.'
const url = process.env['DATABASE_URL']
const quiet = { info: () => undefined, warn: () => undefined }
const { store, begin } = await (url === undefined
  ? openStore({ dir, clock: systemClock })
  : openOnServer({ url, dir, version: 'bench', clock: systemClock, log: quiet }))

const accept = async (plan: Extract<StoreQuestion, { accept: number }>): Promise<{ p50: number }> => {
  const { accept: count, callers, conversations, run } = plan
  const tookMs: number[] = []
  let next = 0
  const call = async (): Promise<void> => {
    while (next < count) {
      const n = next++
      const conversation = n % conversations
      const startMs = performance.now()
      await store.accept([
        {
          key: `message:m_${run}_${n}`,
          kind: 'message',
          pageId: PAGE_IDS[conversation % PAGE_IDS.length] ?? '',
          psid: psidOf(conversation),
          timestampMs: Date.now(),
          opensWindow: true,
          body: BODY,
        },
      ])
      tookMs.push(performance.now() - startMs)
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
  return { p50: tookMs.sort((a, b) => a - b)[count >> 1] ?? 0 }
}

/** As long as the stored body of a message. */
const BODY = JSON.stringify({
  kind: 'message',
  mid: `m_${'x'.repeat(86)}`,
  text: 'When are you open?'.repeat(12),
})
const REPLY = JSON.stringify({ message: { text: 'We are open Monday to Friday.' } })
const ALL = { all: 64, waiting: 64, backlog: 64 }
const ROOM: OutboxRoom = { each: ALL, except: new Map() }
const AT_ONCE = 64
let sent = 0

const handle = async (claim: InboxClaim): Promise<void> => {
  for (const event of claim.events) {
    const out = await store.finishEvent(claim, event, { replies: [REPLY], claimReplies: true })
    if (out !== null) void send(out)
  }
  await store.releaseInbox(claim)
}

const send = async (claim: OutboxClaim): Promise<void> => {
  await Promise.all(
    claim.replies.map((reply) =>
      store.finishReply(claim, reply, { status: 'sent', messageId: `m_reply_${reply.seq}` }),
    ),
  )
  sent += claim.replies.length
  await store.releaseOutbox(claim)
}

/** Calls `claim` and `work` whenever the store tells of work, with one claim at a time. */
const keepUp = <Claim>(
  queue: 'inbox' | 'outbox',
  claim: () => Promise<Claim[]>,
  work: (one: Claim) => Promise<void>,
): void => {
  let isWoken = false
  let isWorking = false
  const go = async (): Promise<void> => {
    isWorking = true
    while (isWoken) {
      isWoken = false
      for (let claims = await claim(); claims.length > 0; claims = await claim()) {
        for (const one of claims) void work(one)
        await nextTurn()
      }
    }
    isWorking = false
  }
  const wake = (): void => {
    isWoken = true
    if (!isWorking) void go()
  }
  store.onWork((woken) => woken === queue && wake())
  wake()
}

process.on('message', (question: StoreQuestion) => {
  if ('accept' in question) void accept(question).then((answer) => process.send?.(answer))
  else if ('sent' in question) process.send?.({ sent })
  else {
    keepUp('inbox', () => store.claimInbox(AT_ONCE), handle)
    keepUp('outbox', () => store.claimOutbox(AT_ONCE, ROOM), send)
    process.send?.({})
  }
})
begin()
process.send?.({ port: 0 })
