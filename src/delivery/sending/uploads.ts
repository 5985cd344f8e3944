import { createHash } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { GraphError } from '../../graph/error.ts'
import type { Graph, MediaContent } from '../../graph/graph.ts'
import { ATTACHMENT_LIFE_MS, UPLOAD_EDGE } from '../../graph/upload.ts'
import { isJsonObject, parseJson, type Json } from '../../base/json.ts'
import type { Media } from '../../messages.ts'
import type { Store } from '../../store/store.ts'
import { backoffMs } from '../../base/backoff.ts'
import type { Log } from '../../base/logger.ts'
import { graphFactsOf } from './refusals.ts'

/**
 * Media that Facebook keeps for a Page: each is uploaded once, beside the sending, and its id is kept over restarts until
 * it ends or Facebook refuses it. A changed file is another one.
 */
export interface Uploads {
  /** Where this stands with Facebook. What it does not have is begun to be uploaded. */
  find: (wanted: { pageId: string; pageToken: string; media: Media }) => Promise<Upload>
  /** A message with this id has gone out. */
  worked: (upload: Upload & { is: 'there' }) => void
  /**
   * Facebook refused a message with this id.
   *
   * @returns whether it may have been for the id, which is then forgotten; one that was just uploaded is not to blame
   */
  refused: (upload: Upload & { is: 'there' }) => boolean
  /** Another process may have uploaded for the Page since. */
  taken: (pageId: string) => void
  /** What is under way comes to nothing: it is begun again after the next start. */
  stop: () => void
}

export type Upload =
  | { is: 'there'; id: string; key: string }
  /** Worth another look after this time: it is under way, or failed in a way that may be over then. */
  | { is: 'coming'; waitMs: number }
  /** By itself it will not come. */
  | { is: 'failed'; error: GraphError }

/** Files as the sender needs them. Both throw an error of the file system. */
export interface UploadFiles {
  /** Tells contents apart. */
  hashOf: (path: string) => Promise<string>
  read: (path: string) => Promise<MediaContent & { hash: string }>
}

interface Kept {
  id: string
  /** Of the content, where it was a file. */
  hash: string | null
  /** By Facebook's clock, ms since the epoch. */
  uploadedMs: number
}

interface Failure {
  error: GraphError
  hash: string | null
  pageToken: string
  /** How many in a row. */
  count: number
  untilMs: number
}

/** An id is not used in its last day: a message may wait a little before it is sent. */
const USED_MS = ATTACHMENT_LIFE_MS - 24 * 3_600_000
/** What was refused will be refused again. */
const REFUSED_MS = 600_000
/** A token or a Page that is refused: mended, it is tried at once, and this keeps only those who wait now from trying. */
const CLOSED_MS = 10_000
const RETRY = { baseMs: 1000, capMs: 300_000 }
const LOOK_MS = { least: 250, most: 5000 } as const
/** How often an upload that Facebook may take a moment later is tried again. */
const MOST_PASSING = 3
/** At a time, for one Page. */
const MOST_AT_ONCE = 3
/** At a time, over all Pages: each is held in memory as a whole, twice. */
const MOST_FILES_AT_ONCE = 4

/** Of the file system: it is not there, or not ours to read. Others may be over soon. */
const MISSING: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'EFBIG'])

export const createUploads = (deps: {
  store: Pick<Store, 'remember' | 'recall'>
  graph: Pick<Graph, 'uploadAttachment' | 'now'>
  files: UploadFiles
  clock: Clock
  random: () => number
  log: Log
}): Uploads => {
  const { store, graph, files, clock, random, log } = deps
  const kept = new Map<string, Kept | null>()
  /** When those were uploaded, since the start, that have not shown yet that they work. */
  const untriedMs = new Map<string, number>()
  const running = new Map<string, { pageId: string; isFile: boolean; sinceMs: number }>()
  const failures = new Map<string, Failure>()
  let stopped = false

  const find: Uploads['find'] = async ({ pageId, pageToken, media }) => {
    const key = nameOf(pageId, media)
    const hash = await hashOf(media).catch((error: unknown) => unreadable(media, error))
    if (hash instanceof GraphError) return { is: 'failed', error: hash }
    if (!kept.has(key)) {
      // Where that cannot be told, it is uploaded once more.
      const text = await store.recall(key).catch(() => null)
      // Another call may have recalled or even uploaded the file meanwhile.
      if (!kept.has(key)) kept.set(key, read(text))
    }
    const have = kept.get(key) ?? null
    if (have !== null && have.hash === hash && nowMs() - have.uploadedMs < USED_MS)
      return { is: 'there', id: have.id, key }
    const failure = failures.get(key)
    if (failure?.pageToken === pageToken && failure.hash === hash && failure.untilMs > clock.elapsed()) {
      const { error, untilMs } = failure
      return error.retryable || mayComeYet(failure)
        ? { is: 'coming', waitMs: untilMs - clock.elapsed() }
        : { is: 'failed', error }
    }
    const under = running.get(key)
    if (under !== undefined) {
      const forMs = clock.elapsed() - under.sinceMs
      return { is: 'coming', waitMs: Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, forMs / 2)) }
    }
    const isFile = 'file' in media.from
    if (!hasRoomFor(pageId, isFile)) return { is: 'coming', waitMs: LOOK_MS.most / 5 }
    running.set(key, { pageId, isFile, sinceMs: clock.elapsed() })
    void upload(key, hash, { pageId, pageToken, media }).finally(() => running.delete(key))
    return { is: 'coming', waitMs: LOOK_MS.least }
  }

  const hasRoomFor = (pageId: string, isFile: boolean): boolean => {
    const all = [...running.values()]
    if (isFile && all.filter((one) => one.isFile).length >= MOST_FILES_AT_ONCE) return false
    return all.filter((one) => one.pageId === pageId).length < MOST_AT_ONCE
  }

  /** Never rejects: the next call for the same file gets the error. */
  const upload = async (
    key: string,
    hash: string | null,
    { pageId, pageToken, media }: Parameters<Uploads['find']>[0],
  ): Promise<void> => {
    try {
      const content = await contentOf(media)
      const id = await graph.uploadAttachment({ pageId, pageToken, type: media.type, from: content })
      if (stopped) return
      // The file may have been replaced since it was looked at.
      const have: Kept = { id, hash: 'hash' in content ? content.hash : null, uploadedMs: nowMs() }
      kept.set(key, have)
      failures.delete(key)
      untriedMs.set(key, clock.elapsed())
      log.debug({ pageId, type: media.type }, 'uploaded')
      // Nothing waits for this: after a crash it is uploaded once more.
      await store.remember(key, JSON.stringify(have))
    } catch (error) {
      if (stopped) return
      if (!(error instanceof GraphError)) {
        log.error({ err: error, pageId }, 'an upload could not be kept')
        return
      }
      const count = (failures.get(key)?.count ?? 0) + 1
      const untilMs = clock.elapsed() + againMs(error, count)
      failures.set(key, { error, hash, pageToken, count, untilMs })
      log.info({ pageId, type: media.type, graph: graphFactsOf(error) }, 'media could not be uploaded')
    }
  }

  const againMs = (error: GraphError, count: number): number => {
    const comesYet = error.retryable || mayComeYet({ error, count })
    if (error.verdict === 'bad_request' && !comesYet) return REFUSED_MS
    if (!comesYet) return CLOSED_MS
    return Math.max(error.retryAfterMs ?? 0, backoffMs(count - 1, { ...RETRY, random }))
  }

  const contentOf = async ({ from, ...media }: Media): Promise<{ url: string } | Content> => {
    if ('url' in from) return from
    try {
      return await files.read(from.file)
    } catch (error) {
      throw unreadable({ ...media, from }, error)
    }
  }

  const hashOf = async ({ from }: Media): Promise<string | null> =>
    'file' in from ? await files.hashOf(from.file) : null

  /** By Facebook's clock, as far as it is known. */
  const nowMs = (): number => graph.now() ?? clock.now()

  return {
    find,
    worked: ({ key }) => {
      untriedMs.delete(key)
    },
    refused: ({ key, id }) => {
      const isOurs = kept.get(key)?.id === id
      const untriedSinceMs = untriedMs.get(key) ?? Number.NEGATIVE_INFINITY
      if (isOurs && clock.elapsed() - untriedSinceMs < REFUSED_MS) return false
      if (isOurs) kept.set(key, null)
      return true
    },
    taken: (pageId) => {
      const isOurs = (key: string): boolean => key.startsWith(`attachment ${pageId} `)
      for (const map of [kept, untriedMs, failures])
        for (const key of map.keys()) if (isOurs(key)) map.delete(key)
    },
    stop: () => {
      stopped = true
    },
  }
}

/** Some refusals pass: the same file was taken a moment later. An unknown one is waited for as long as the message may go out. */
const mayComeYet = ({ error, count }: Pick<Failure, 'error' | 'count'>): boolean =>
  error.verdict === 'unknown' || (error.mayPass && count <= MOST_PASSING)

type Content = MediaContent & { hash: string }

/** The content is not in it: a file that changes every minute would leave an id behind each time. */
const nameOf = (pageId: string, { type, from }: Media): string => {
  const place = 'url' in from ? from.url : from.file
  return `attachment ${pageId} ${type} ${createHash('sha256').update(place).digest('hex')}`
}

const read = (text: string | null): Kept | null => {
  if (text === null) return null
  let value: Json
  try {
    value = parseJson(text)
  } catch {
    return null
  }
  if (!isJsonObject(value)) return null
  const { id, hash, uploadedMs } = value
  if (typeof id !== 'string' || typeof uploadedMs !== 'number') return null
  return { id, hash: typeof hash === 'string' ? hash : null, uploadedMs }
}

/** In the words of a refusal, so that it is dealt with like one. */
const unreadable = ({ from }: Media, error: unknown): GraphError => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  const file = 'file' in from ? from.file : ''
  return new GraphError(`the file ${JSON.stringify(file)} beside the script cannot be read (${code})`, {
    verdict: MISSING.has(code) ? 'bad_request' : 'transient',
    edge: UPLOAD_EDGE,
  })
}
