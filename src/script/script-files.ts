import { basename, dirname, join } from 'node:path'
import { createPump } from '../base/pump.ts'
import { createListeners } from '../base/listeners.ts'
import type { ScriptError } from './mistakes.ts'
import { openScriptFile, type ScriptFile, type ScriptFileDeps } from './script-file.ts'
import type { ScriptReader } from './script-reader.ts'
import type { Script } from './types.ts'

/** The main script, and those of the Pages that have one of their own; each follows its file. */
export interface ScriptFiles {
  /** The script that a Page speaks by. */
  of: (pageId: string) => Script
  /** Those in use, the main one first. */
  all: () => ScriptPlace[]
  /** Hears of each new version of any of them. Returns the function that stops it. */
  onChange: (listener: () => void) => () => void
  start: () => void
  stop: () => void
}

/** A script file, and whose it is. */
export interface ScriptPlace {
  file: string
  /** As the main script names it; its own name for that. */
  name: string
  /** The Pages that speak by it; null for the main script, which serves all others. */
  pageIds: readonly string[] | null
  /** Its last version that was right. */
  script: Script
  /** Reads a text that may take the place of what is in the file. */
  read: ScriptReader['read']
}

/**
 * Reads the main script and the scripts that it names under `pages`.
 *
 * @param deps.onWrong - hears of a version that is not used, and with null that the one in the file is used again; `pageIds`
 *   is null for the main script
 * @throws ScriptError when one of them is wrong or cannot be read
 */
export const openScriptFiles = async (
  deps: Omit<ScriptFileDeps, 'onWrong' | 'meanwhile' | 'folder' | 'isOfPage'> & {
    onWrong: (pageIds: readonly string[] | null, error: ScriptError | null) => void
  },
): Promise<ScriptFiles> => {
  const { file, log, onWrong } = deps
  const folder = dirname(file)
  const changes = createListeners()
  /** By the path that the main script names. */
  const opened = new Map<string, Opened>()
  let isStarted = false

  const main = await openScriptFile({ ...deps, onWrong: (error) => onWrong(null, error) })
  /** Pages keep the script they had until their new one is open. */
  let byPage = new Map<string, ScriptFile>()

  const openOne = async (path: string, meanwhile: Script | null): Promise<ScriptFile> => {
    const pageIds: readonly string[] = pagesOf(main.current(), path)
    const found = await openScriptFile({
      ...deps,
      file: join(folder, path),
      folder,
      isOfPage: true,
      meanwhile,
      onWrong: (error) => onWrong(opened.get(path)?.pageIds ?? pageIds, error),
    })
    found.onChange(changes.tell)
    opened.set(path, { file: found, pageIds })
    if (isStarted) found.start()
    return found
  }

  /** Brings the open files in line with what the main script names. */
  const follow = async (isFirst: boolean): Promise<void> => {
    const script = main.current()
    for (const [path, followed] of opened) {
      const pageIds = pagesOf(script, path)
      const without = followed.pageIds.filter((pageId) => !pageIds.includes(pageId))
      // What was wrong was a file that is no longer theirs.
      if (without.length > 0) onWrong(without, null)
      followed.pageIds = pageIds
      if (pageIds.length > 0) continue
      followed.file.stop()
      opened.delete(path)
    }
    const next = new Map<string, ScriptFile>()
    for (const [pageId, path] of script.pages) {
      const known = opened.get(path)?.file
      next.set(pageId, known ?? (await openOne(path, isFirst ? null : ofPage(pageId))))
    }
    byPage = next
  }
  const ofPage = (pageId: string): Script => (byPage.get(pageId) ?? main).current()

  await follow(true)
  const following = createPump({
    run: async () => {
      await follow(false)
      changes.tell()
    },
    onError: (error) => log.warn({ err: error, file }, 'the scripts of Pages could not be looked at'),
  })
  main.onChange(following.wake)

  return {
    of: ofPage,
    all: () => [
      { file, name: basename(file), pageIds: null, script: main.current(), read: main.read },
      ...[...opened].map(([path, { file: one, pageIds }]) => ({
        file: join(folder, path),
        name: path,
        pageIds,
        script: one.current(),
        read: one.read,
      })),
    ],
    onChange: changes.add,
    start: () => {
      isStarted = true
      main.start()
      for (const one of opened.values()) one.file.start()
    },
    stop: () => {
      isStarted = false
      main.stop()
      for (const one of opened.values()) one.file.stop()
    },
  }
}

interface Opened {
  file: ScriptFile
  pageIds: readonly string[]
}

const pagesOf = ({ pages }: Script, path: string): string[] =>
  [...pages].flatMap(([pageId, own]) => (own === path ? pageId : []))
