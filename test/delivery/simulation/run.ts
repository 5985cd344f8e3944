import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { DeliveryLimits } from '../../../src/delivery/delivery.ts'
import type { Verdict } from '../../../src/graph/error.ts'
import { replyIds } from '../../../src/store/queues/reply-ids.ts'
import type { NewEvent, QueueCounts } from '../../../src/store/store.ts'
import type { SendMessage } from '../../../src/messages.ts'
import { startBot, type Bot } from './bot.ts'
import { createSimulatedTime, type SimulatedTime } from './clock.ts'
import { createDisk } from './disk.ts'
import { createCallers, type Callers } from './callers.ts'
import {
  createFacebook,
  labelOf,
  type Delivered,
  type Facebook,
  type Fate,
  type UploadFate,
} from './facebook.ts'
import { createSimulatedFiles, type FileState } from './files.ts'
import type { TokenFile } from './tokens.ts'

/** One thing that happens to the bot. */
export type Step =
  /** A visitor writes; the bot is to answer with these texts. */
  | {
      do: 'write'
      page: number
      visitor: number
      /** See `replyOf`. */
      texts: string[]
      slowMs: number
      typingMs: number
      pass: boolean
    }
  /** Facebook repeats the callback of an earlier message. */
  | { do: 'repeat'; event: number }
  /** One of the echoes not yet sent comes, in whatever order. */
  | { do: 'echo'; which: number; times: number }
  | { do: 'pass'; ms: number }
  /** The event loop turns so many times, and time stands still: what was begun is caught half done. */
  | { do: 'turn'; times: number }
  /** The bot's clock is set. */
  | { do: 'jump'; ms: number }
  | { do: 'crash'; committed: boolean; downMs: number }
  | { do: 'restart' }
  | { do: 'die'; page: number }
  | { do: 'mend'; page: number }
  | { do: 'disk'; fails: number }
  /** Facebook ends every id of media. */
  | { do: 'expire' }
  /** A file beside the script changes, goes away, or cannot be read. */
  | { do: 'file'; path: string; is: FileState }
  | { do: 'forget'; page: number; visitor: number }

export interface Scenario {
  steps: Step[]
  fates: Fate[]
  looks: (Verdict | 'ok')[]
  uploads: UploadFate[]
  limits: Pick<DeliveryLimits, 'maxBusy' | 'maxInFlight' | 'perPage'>
  /** Whether the echoes that are left come at the end, or never. */
  echoes: boolean
  /** How far ahead of Facebook's own clock its events are dated. */
  aheadMs?: number
}

/** A message of a visitor, and what the bot owes for it. */
export interface Owed {
  conversation: string
  event: NewEvent
  /** By Facebook's clock, however the event is dated. */
  writtenMs: number
  texts: string[]
}

export interface DeadReply {
  label: string
  reason: string
  /** Whether the window was closed by Facebook's clock, as far as the bot could know. */
  closed: boolean
}

export interface Outcome {
  owed: Owed[]
  /** What each visitor got, by conversation. */
  delivered: Map<string, Delivered[]>
  dead: DeadReply[]
  /** Every refusal of a send, as `label verdict`. */
  refused: Set<string>
  /** Media that were refused for good or are not there, as `page source` or `source`. */
  refusedMedia: Set<string>
  accepted: Callers['accepted']
  forgotten: Callers['forgotten']
  left: Pick<QueueCounts, 'inbox' | 'outbox'>
  needs: number
  /** What must never happen, and did. */
  wrongs: string[]
  /** What happened, one line each. */
  trace: string[]
}

// In memory where that can be had: here processes die, power does not.
const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const PAGES = ['page-0', 'page-1']
const DAY_MS = 24 * 60 * 60 * 1000
const HOUR_MS = 60 * 60 * 1000
// The store may keep the window's end a minute early.
const WINDOW_GRAIN_MS = 60 * 1000

/** Plays a scenario, then lets all trouble end and time pass until nothing is left to do. */
export const simulate = async (scenario: Scenario): Promise<Outcome> => {
  const dir = mkdtempSync(join(PLACE, 'evergreen-model-'))
  try {
    return await play(scenario, join(dir, 'evergreen.db'))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const play = async (scenario: Scenario, file: string): Promise<Outcome> => {
  const trace: string[] = []
  const time = createSimulatedTime()
  const note = (line: string): void => void trace.push(`${stamp(time)} ${line}`)
  const { busy, settle } = createStillness()
  const disk = createDisk(busy)
  const { aheadMs = 0 } = scenario
  const facebook = createFacebook({ time, busy, note })
  facebook.fates.push(...scenario.fates)
  facebook.looks.push(...scenario.looks)
  facebook.uploads.push(...scenario.uploads)
  const tokenFile: TokenFile = new Map()
  for (const page of PAGES) {
    tokenFile.set(page, `token-of-${page}`)
    facebook.validToken.set(page, `token-of-${page}`)
  }
  const files = createSimulatedFiles(busy)
  const owed: Owed[] = []
  const windowEndsMs = new Map<string, number>()
  /** For each reply that died, whether its window was closed then. */
  const closed = new Map<string, boolean>()

  const start = async (): Promise<void> => {
    const { limits } = scenario
    const onDead = (conversation: string, replyId: string): void => {
      const endsMs = (windowEndsMs.get(conversation) ?? 0) - WINDOW_GRAIN_MS
      closed.set(replyId, time.trueMs() >= endsMs)
    }
    bot = await startBot({
      file,
      time,
      disk,
      facebook,
      files,
      tokenFile,
      limits,
      random: () => 0.5,
      note,
      onDead,
    })
    callers.start()
  }
  let bot: Bot | null = null
  const current = (): Bot | null => bot
  const callers = createCallers({
    bot: current,
    time,
    busy,
    onAccepted: (event) => {
      const conversation = `${event.pageId}/${event.psid}`
      if (event.opensWindow) windowEndsMs.set(conversation, event.timestampMs + DAY_MS)
    },
    onForgotten: (conversation) => {
      note(`${conversation} is forgotten`)
      facebook.forgotten(conversation)
    },
  })

  const echo = (one: Facebook['echoes'][number]): void => {
    const [pageId = '', psid = ''] = one.conversation.split('/')
    const { mid, metadata } = one.delivered
    note(`echo of ${one.delivered.label}`)
    const body = JSON.stringify({ kind: 'echo', key: mid, pageId, psid, metadata, mid })
    const timestampMs = one.delivered.atMs
    callers.callBack({ key: mid, kind: 'echo', pageId, psid, timestampMs, opensWindow: false, body })
  }

  const write = ({ page, visitor, texts, slowMs, typingMs, pass }: Step & { do: 'write' }): void => {
    const pageId = PAGES[page % PAGES.length] ?? ''
    const psid = `psid-${visitor}`
    const conversation = `${pageId}/${psid}`
    const key = `m${owed.length}`
    const writtenMs = time.trueMs()
    const timestampMs = writtenMs + aheadMs
    note(`${conversation} writes ${key}`)
    facebook.visitorWrote(conversation, key, texts[0] ?? '')
    const body = JSON.stringify({
      kind: 'message',
      key,
      pageId,
      psid,
      timestampMs,
      texts,
      slowMs,
      typingMs,
      pass,
    })
    const event = { key, kind: 'message', pageId, psid, timestampMs, opensWindow: true, body }
    owed.push({ conversation, event, writtenMs, texts })
    callers.callBack(event)
  }

  const crash = async (committed: boolean, downMs: number): Promise<void> => {
    note(`crash, the last transaction ${committed ? 'took' : 'did not take'} place`)
    bot?.kill()
    bot = null
    disk.crash(committed)
    await time.pass(downMs, settle)
    await start()
  }

  /** An orderly stop takes time: what is in flight comes home first. */
  const stop = async (): Promise<void> => {
    const stopping = bot
    if (stopping === null) return
    note('stop')
    bot = null
    let isStopped = false
    const stopped = stopping.delivery
      .stop()
      .then(() => stopping.store.close())
      .then(() => {
        isStopped = true
      })
    for (let tries = 0; tries < 1000 && !isStopped; tries += 1) await time.pass(1000, settle)
    if (!isStopped) facebook.wrongs.push('the bot never stopped')
    else await stopped
    stopping.kill()
  }

  const mend = (pageId: string): void => {
    const token = `token-of-${pageId}-at-${trace.length}`
    facebook.validToken.set(pageId, token)
    tokenFile.set(pageId, token)
    bot?.tokens.saved(pageId)
  }

  const take = async (step: Step): Promise<void> => {
    switch (step.do) {
      case 'write':
        return write(step)
      case 'repeat': {
        const again = owed[step.event % Math.max(1, owed.length)]
        if (again !== undefined) callers.callBack(again.event)
        return
      }
      case 'echo': {
        const [one] = facebook.echoes.splice(step.which % Math.max(1, facebook.echoes.length), 1)
        for (let n = 0; one !== undefined && n < step.times; n += 1) echo(one)
        return
      }
      case 'pass':
        return time.pass(step.ms, settle)
      case 'turn':
        for (let n = 0; n < step.times; n += 1) await turn()
        return
      case 'jump':
        note(`the clock is set by ${step.ms} ms`)
        return time.jump(step.ms)
      case 'crash':
        return crash(step.committed, step.downMs)
      case 'restart':
        await stop()
        return start()
      case 'die':
        note(`the token of page-${step.page} dies`)
        facebook.validToken.set(PAGES[step.page] ?? '', null)
        return
      case 'mend':
        note(`the token of page-${step.page} is mended`)
        return mend(PAGES[step.page] ?? '')
      case 'disk':
        disk.fails = step.fails
        return
      case 'expire':
        note('Facebook ends the ids of all media')
        return facebook.expire()
      case 'file':
        note(`${step.path} is ${JSON.stringify(step.is)}`)
        return files.set(step.path, step.is)
      case 'forget':
        facebook.forgetting.add(`${PAGES[step.page]}/psid-${step.visitor}`)
        return callers.forget(`${PAGES[step.page]}/psid-${step.visitor}`)
    }
  }

  await start()
  for (const step of scenario.steps) await take(step)

  note('all trouble ends')
  facebook.fates = []
  facebook.looks = []
  facebook.uploads = []
  files.mend()
  disk.fails = 0
  for (const page of PAGES) if (facebook.validToken.get(page) !== tokenFile.get(page)) mend(page)
  const sayGoodbye = (): void => {
    for (const [page] of PAGES.entries())
      write({ do: 'write', page, visitor: 9, texts: ['bye'], slowMs: 0, typingMs: 0, pass: false })
  }
  sayGoodbye()
  let left: Outcome['left'] = { inbox: 0, outbox: new Map() }
  for (let passed = 0; passed < 6 * HOUR_MS; passed += 60_000) {
    await time.pass(60_000, settle)
    if (scenario.echoes) for (const one of facebook.echoes.splice(0)) echo(one)
    left = (await current()?.store.counts()) ?? left
    const done = left.inbox === 0 && left.outbox.size === 0 && callers.isDone()
    // A refused visitor may be forgotten: another one has to write for it to show that it is over.
    if (done && current()?.needs.length !== 0) {
      if (passed % HOUR_MS === 0) sayGoodbye()
      continue
    }
    if (done && facebook.callsUnderWay() === 0 && (!scenario.echoes || facebook.echoes.length === 0)) break
  }
  const needs = current()?.needs.length ?? 0
  await stop()
  const { delivered, refused, wrongs } = facebook
  const refusedMedia = new Set([...facebook.refusedMedia, ...files.missed])
  const { accepted, forgotten } = callers
  const dead = deadIn(file, closed)
  return { owed, delivered, refused, refusedMedia, accepted, forgotten, dead, left, needs, wrongs, trace }
}

const deadIn = (file: string, closed: Map<string, boolean>): DeadReply[] => {
  const database = new DatabaseSync(file, { readOnly: true })
  const rows = database.prepare('select seq, reason, body from dead').all() as unknown as {
    seq: number
    reason: string
    body: string
  }[]
  const { value } = database.prepare(`select value from meta where name = 'instance'`).get() as {
    value: string
  }
  database.close()
  const { idOf } = replyIds(value)
  return rows.map(({ seq, reason, body }) => {
    const { message } = JSON.parse(body) as { message: SendMessage }
    return {
      label: labelOf(message),
      reason,
      closed: closed.get(idOf(seq)) ?? false,
    }
  })
}

/** Knows when nothing moves any more, time apart. */
const createStillness = () => {
  let moves = 0
  return {
    busy: (): void => {
      moves += 1
    },
    settle: async (): Promise<void> => {
      for (let still = 0; still < 6;) {
        const before = moves
        await turn()
        still = moves === before ? still + 1 : 0
      }
    },
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const stamp = (time: SimulatedTime): string => {
  const offMs = time.botMs() - time.trueMs()
  return `${new Date(time.trueMs()).toISOString().slice(8, 23)}${offMs === 0 ? '' : ` (bot ${offMs > 0 ? '+' : ''}${offMs})`}`
}
