import { codeOf } from '../base/error-code.ts'
import { createPump } from '../base/pump.ts'
import { createListeners } from '../base/listeners.ts'
import { stampOf, watchFile } from '../base/watch-file.ts'
import type { Log } from '../base/logger.ts'
import { open, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { MAX_SCRIPT_BYTES } from './limits.ts'
import { ScriptError, wholeFile } from './mistakes.ts'
import {
  createScriptReader,
  type ReadText,
  type ScriptReader,
  type ScriptReaderDeps,
} from './script-reader.ts'
import type { Script } from './types.ts'

/** A script that follows its file: always the last correct version. */
export interface ScriptFile {
  current: () => Script
  /** Reads a text that may replace the file's content. */
  read: ScriptReader['read']
  /** Called with each new version. Returns the function that ends this. */
  onChange: (listener: (script: Script) => void) => () => void
  /** Starts following the file. */
  start: () => void
  stop: () => void
}

/** An editor may write a file in several steps; it is read when it has not changed for this long. */
const SETTLE_MS = 100
/** A version with mistakes counts only when it is the same after this time. */
const DOUBT_MS = 400
/** Finds changes that the operating system does not report: network folders, mounted configuration. */
const POLL_MS = 2000

export interface ScriptFileDeps extends ScriptReaderDeps {
  clock: Clock
  log: Pick<Log, 'info' | 'warn'>
  /** Called with the error of a version that is not used, and with null when the file's version is used again. */
  onWrong?: (error: ScriptError | null) => void
  /** Used until the file is correct for the first time; without it a file with mistakes is not opened. */
  meanwhile?: Script | null
}

/**
 * Reads the script.
 *
 * @throws ScriptError when it has mistakes or cannot be read
 */
export const openScriptFile = async (deps: ScriptFileDeps): Promise<ScriptFile> => {
  const { file, clock, log, onWrong, meanwhile = null } = deps
  const changes = createListeners<[Script]>()
  const reader = createScriptReader(deps)
  /** The last result of reading the file; null before the first. */
  let lastRead: ReadText | null = null
  /** The last judged content, correct or not; null for a file that could not be read. */
  let judged: Buffer | null = null
  let stamp = ''
  let isWrong = false
  /** Trouble found once, which counts when it is found again. */
  let doubted: Trouble | null = null
  const read = (bytes: Buffer): Script => {
    lastRead = reader.read(bytes)
    if (lastRead.script === null) throw lastRead.error
    return lastRead.script
  }
  const begin = async (): Promise<Script> => {
    try {
      const first = await readVersion(file)
      judged = first.bytes
      stamp = first.stamp
      return read(first.bytes)
    } catch (error) {
      if (meanwhile === null || !(error instanceof ScriptError)) throw error
      isWrong = true
      onWrong?.(error)
      return meanwhile
    }
  }
  let script = await begin()
  let stopped = true
  let stopWatching = (): void => undefined
  let cancelCheck = (): void => undefined

  const soon = (ms: number): void => {
    cancelCheck()
    if (!stopped) cancelCheck = clock.after(ms, check.wake)
  }

  const check = createPump({
    run: async () => judge(await readVersion(file).catch((error: unknown) => troubleOf(error, null))),
    onError: (error) => log.warn({ err: error, file }, 'the script could not be looked at'),
  })

  const judge = (found: Version | Trouble): void => {
    if (stopped) return
    if ('stamp' in found) {
      stamp = found.stamp
      if (judged?.equals(found.bytes) === true) {
        // Wrong for a moment, and unchanged again: no new version.
        doubted = null
        return
      }
    }
    const result = 'stamp' in found ? parsed(found) : found
    if ('script' in result) {
      doubted = null
      judged = result.bytes
      script = result.script
      log.info({ file, replies: script.replies.size }, isWrong ? 'the script is right again' : 'new script')
      if (isWrong) onWrong?.(null)
      isWrong = false
      changes.tell(script)
    } else if (doubted !== null && isSame(doubted, result)) {
      doubted = null
      if (isWrong && judged === null && result.bytes === null) return
      judged = result.bytes
      isWrong = true
      onWrong?.(result.error)
      log.warn(
        { file, code: result.error.code, mistakes: result.error.mistakes },
        `the script was not changed; the last good one stays in use: ${result.error.message}`,
      )
    } else {
      doubted = result
      soon(DOUBT_MS)
    }
  }

  const parsed = ({ bytes }: Version): { script: Script; bytes: Buffer } | Trouble => {
    try {
      return { script: read(bytes), bytes }
    } catch (error) {
      return troubleOf(error, bytes)
    }
  }

  const troubleOf = (error: unknown, bytes: Buffer | null): Trouble => {
    if (error instanceof ScriptError) return { error, bytes }
    throw error
  }

  /** Finds changes that the system does not report. */
  const lookAround = async (): Promise<void> => {
    const now = await stampOfFile(file)
    if (stopped) return
    // The mistake may have been a missing picture.
    const isMended = isWrong && lastRead !== null && !reader.isAsItWas(lastRead)
    if (isMended) judged = null
    // A file that could not be read gets no other date by being readable again.
    const isUnread = isWrong && judged === null
    if ((now === stamp && !isUnread) || doubted !== null) return
    stamp = now
    soon(SETTLE_MS)
  }

  return {
    current: () => script,
    read: reader.read,
    onChange: changes.add,
    start: () => {
      stopped = false
      stopWatching = watchFile({
        dir: dirname(file),
        name: basename(file),
        pollMs: POLL_MS,
        clock,
        check: (isTold) => (isTold ? soon(SETTLE_MS) : void lookAround()),
      })
      // The file may have changed between reading and watching.
      soon(SETTLE_MS)
    },
    stop: () => {
      stopped = true
      stopWatching()
      cancelCheck()
    },
  }
}

interface Version {
  bytes: Buffer
  /** Changes whenever the file is written or replaced. */
  stamp: string
}

interface Trouble {
  error: ScriptError
  /** Null for a file that could not be read. */
  bytes: Buffer | null
}

const isSame = (one: Trouble, other: Trouble): boolean =>
  one.bytes === null || other.bytes === null
    ? one.bytes === other.bytes && one.error.message === other.error.message
    : one.bytes.equals(other.bytes)

const readVersion = async (file: string): Promise<Version> => {
  try {
    const facts = await stat(file)
    // Opening a pipe would wait for a writer.
    if (!facts.isFile()) throw refused(file, facts.isDirectory() ? 'a folder' : 'no ordinary file')
    const handle = await open(file)
    try {
      const bytes = Buffer.alloc(MAX_SCRIPT_BYTES + 1)
      let length = 0
      while (length < bytes.length) {
        const { bytesRead } = await handle.read(bytes, length, bytes.length - length)
        if (bytesRead === 0) break
        length += bytesRead
      }
      return { bytes: bytes.subarray(0, length), stamp: stampOf(facts) }
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof ScriptError) throw error
    const code = codeOf(error) ?? 'unknown'
    throw refused(file, REASONS[code] ?? `a file that cannot be read (${code})`, error)
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'a file we may not read',
}

const refused = (file: string, found: string, cause?: unknown): ScriptError =>
  new ScriptError(file, [wholeFile(found, 'a script file (BOT_SCRIPT names it)')], { cause })

/** The stamp of a file; for a file that cannot be read, the reason. */
const stampOfFile = (file: string): Promise<string> =>
  stat(file).then(stampOf, (error: unknown) => codeOf(error) ?? 'unknown')
