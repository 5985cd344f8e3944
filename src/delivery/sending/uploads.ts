import { createHash } from 'node:crypto'
import { codeOf } from '../../base/error-code.ts'
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
 * Media that Facebook keeps for a Page. Each is uploaded once, in parallel to sending, and its id is kept over restarts until it ends or
 * Facebook refuses it. A changed file is a new upload.
 */
export interface Uploads {
  /** Finds the upload of some media, and begins to upload missing ones. */
  find: (wanted: { pageId: string; pageToken: string; media: Media }) => Promise<Upload>
  /** A message with this id has gone out. */
  worked: (upload: Upload & { is: 'there' }) => void
  /**
   * Facebook refused a message with this id.
   *
   * @returns whether the id may be the reason; it is then forgotten. A fresh upload is never the reason
   */
  refused: (upload: Upload & { is: 'there' }) => boolean
  /** The Page was taken: another process may have uploaded for it. */
  taken: (pageId: string) => void
  /** Abandons uploads in progress: they begin again after the next start. */
  stop: () => void
}

export type Upload =
  | { is: 'there'; id: string; key: string }
  /** Look again after this time: the upload is in progress, or failed in a way that may pass. */
  | { is: 'coming'; waitMs: number }
  /** The upload fails until the media or the Page changes. */
  | { is: 'failed'; error: GraphError }

/** Reads files for the sender. Both functions throw the file system's errors. */
export interface UploadFiles {
  /** Hash of the content. */
  hashOf: (path: string) => Promise<string>
  read: (path: string) => Promise<MediaContent & { hash: string }>
}

interface Kept {
  id: string
  /** Hash of the content of a file; null for an address. */
  hash: string | null
  /** By Facebook's clock, ms since the epoch. */
  uploadedMs: number
}

interface Failure {
  error: GraphError
  hash: string | null
  pageToken: string
  /** Failures in a row. */
  count: number
  untilMs: number
}

/** An id is not used in its last day, because a message may wait before it is sent. */
const USED_MS = ATTACHMENT_LIFE_MS - 24 * 3_600_000
/** How long a refused upload is not tried again. */
const REFUSED_MS = 600_000
/** The same for a refused token or Page: short, because the upload should be tried at once when they are mended. */
const CLOSED_MS = 10_000
const RETRY = { baseMs: 1000, capMs: 300_000 }
const LOOK_MS = { least: 250, most: 5000 } as const
/** How often an upload that Facebook may take a moment later is tried again. */
const MOST_PASSING = 3
/** Uploads at a time, for one Page. */
const MOST_AT_ONCE = 3
/** Uploads of files at a time, over all Pages: each file is held in memory twice. */
const MOST_FILES_AT_ONCE = 4

/** Errors of the file system that stay: the file is missing or not readable for us. Other errors may pass. */
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
  /** When uploads since the start were made that no sent message has proved yet. */
  const untriedMs = new Map<string, number>()
  const running = new Map<string, { pageId: string; isFile: boolean; sinceMs: number }>()
  const failures = new Map<string, Failure>()
  let stopped = false

  const find: Uploads['find'] = async ({ pageId, pageToken, media }) => {
    const key = nameOf(pageId, media)
    const hash = await hashOf(media).catch((error: unknown) => unreadable(media, error))
    if (hash instanceof GraphError) return { is: 'failed', error: hash }
    if (!kept.has(key)) {
      // If the store cannot be read, the media are uploaded once more.
      const text = await store.recall(key).catch(() => null)
      // Another call may have read or even uploaded the file in between.
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
      // The file may have been replaced since it was hashed.
      const have: Kept = { id, hash: 'hash' in content ? content.hash : null, uploadedMs: nowMs() }
      kept.set(key, have)
      failures.delete(key)
      untriedMs.set(key, clock.elapsed())
      log.debug({ pageId, type: media.type }, 'uploaded')
      // Sending does not wait for this: after a crash the media are uploaded once more.
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

  /** Facebook's time where it is known, else ours. */
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

/** Some refusals pass: Facebook took the same file a moment later. An unknown refusal is retried for as long as the message may go out. */
const mayComeYet = ({ error, count }: Pick<Failure, 'error' | 'count'>): boolean =>
  error.verdict === 'unknown' || (error.mayPass && count <= MOST_PASSING)

type Content = MediaContent & { hash: string }

/** The name leaves the content out: a file that changes every minute would leave an entry behind each time. */
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

/** Reports an unreadable file as a refusal of Graph, so that the sender handles both alike. */
const unreadable = ({ from }: Media, error: unknown): GraphError => {
  const code = codeOf(error) ?? 'unknown'
  const file = 'file' in from ? from.file : ''
  return new GraphError(`the file ${JSON.stringify(file)} beside the script cannot be read (${code})`, {
    verdict: MISSING.has(code) ? 'bad_request' : 'transient',
    edge: UPLOAD_EDGE,
  })
}
