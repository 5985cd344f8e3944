import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { replaceFile } from '../base/replace-file.ts'

/** The earlier versions of a script. */
export interface Versions {
  /** The folder that they are stored in. */
  folder: string
  /** Stores a text before `by` changes it. */
  keep: (text: string, by: string) => Promise<void>
  /** The stored versions, the latest first. */
  list: () => Promise<Version[]>
  /** The text of a version; null if it is not stored. */
  read: (id: string) => Promise<string | null>
}

export interface Version {
  id: string
  /** When it was replaced, ms since the epoch; `by` is the person who replaced it. */
  atMs: number
  by: string
}

/** Older versions are deleted. */
const MOST_VERSIONS = 20
const NAME = /^(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z)\.(.*)\.yaml$/

/** @param folder - for the versions of one script only; created with the first version */
export const createVersions = (deps: { folder: string; clock: Pick<Clock, 'now'> }): Versions => {
  const { folder, clock } = deps

  const names = async (): Promise<string[]> => {
    const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    return found.filter((name) => !Number.isNaN(timeIn(name))).toSorted()
  }

  const isTextOf = async (name: string | undefined, text: string): Promise<boolean> =>
    name !== undefined && (await readFile(join(folder, name), 'utf8').catch(() => null)) === text

  return {
    folder,
    keep: async (text, by) => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const known = await names()
      const latest = known.at(-1)
      // Names tell the order, also after the clock was set back: the newest version would be the first to be deleted otherwise.
      const atMs = Math.max(clock.now(), latest === undefined ? 0 : timeIn(latest) + 1)
      const name = `${stampOf(atMs)}.${encodeURIComponent(by)}.yaml`
      await replaceFile(join(folder, name), text, { mode: 0o600 })
      // The latest one has this text if the change that it was stored for was never made, as on a full disk.
      const earlier = (await isTextOf(latest, text)) ? known.slice(0, -1) : known
      const kept = [...earlier, name].slice(-MOST_VERSIONS)
      for (const old of known) if (!kept.includes(old)) await rm(join(folder, old), { force: true })
    },
    list: async () =>
      (await names()).toReversed().map((name) => {
        const [, , by = ''] = NAME.exec(name) ?? []
        return { id: name, atMs: timeIn(name), by: decoded(by) }
      }),
    read: async (id) => ((await names()).includes(id) ? readFile(join(folder, id), 'utf8') : null),
  }
}

/** Decodes a name; files of other programs may have names that cannot be decoded. */
const decoded = (by: string): string => {
  try {
    return decodeURIComponent(by)
  } catch {
    return by
  }
}

const stampOf = (ms: number): string => new Date(ms).toISOString().replaceAll(/[:.]/g, '-')

/** The time in the name of a version, ms since the epoch; NaN in the name of another file. */
const timeIn = (name: string): number =>
  Date.parse((NAME.exec(name)?.[1] ?? '').replace(/T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z$/, 'T$1:$2:$3.$4Z'))
