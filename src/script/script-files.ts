import { basename, dirname, join } from 'node:path'
import { createPump } from '../base/pump.ts'
import { createListeners } from '../base/listeners.ts'
import type { ScriptError } from './mistakes.ts'
import { openScriptFile, type ScriptFile, type ScriptFileDeps } from './script-file.ts'
import type { ScriptReader } from './script-reader.ts'
import type { Script } from './types.ts'

/** The main script and the scripts of single Pages; each follows its file. */
export interface ScriptFiles {
  /** The script of a Page. */
  of: (pageId: string) => Script
  /** The scripts in use, the main one first. */
  all: () => ScriptPlace[]
  /** Called when any of them has a new version. Returns the function that ends this. */
  onChange: (listener: () => void) => () => void
  start: () => void
  stop: () => void
}

/** A script file, and its Pages. */
export interface ScriptPlace {
  file: string
  /** Its name in the main script; for the main script, its own name. */
  name: string
  /** The Pages that use it; null for the main script, which serves all others. */
  pageIds: readonly string[] | null
  /** Its last correct version. */
  script: Script
  /** Reads a text that may replace the file's content. */
  read: ScriptReader['read']
}

/**
 * Reads the main script and the scripts that it names under `pages`.
 *
 * @param deps.onWrong - called with the error of a version that is not used, and with null when the file's version is used again;
 * `pageIds` is null for the main script
 * @throws ScriptError when one of them has mistakes or cannot be read
 */
export const openScriptFiles = async (
  deps: Omit<ScriptFileDeps, 'onWrong' | 'meanwhile' | 'folder' | 'isOfPage'> & {
    onWrong: (pageIds: readonly string[] | null, error: ScriptError | null) => void
  },
): Promise<ScriptFiles> => {
  const { file, log, onWrong } = deps
  const folder = dirname(file)
  const changes = createListeners()
  /** By path, as in the main script. */
  const opened = new Map<string, Opened>()
  let isStarted = false

  const main = await openScriptFile({ ...deps, onWrong: (error) => onWrong(null, error) })
  /** Pages keep their previous script until the new one is open. */
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

  /** Opens and closes files as the main script names them. */
  const follow = async (isFirst: boolean): Promise<void> => {
    const script = main.current()
    for (const [path, followed] of opened) {
      const pageIds = pagesOf(script, path)
      const without = followed.pageIds.filter((pageId) => !pageIds.includes(pageId))
      // The trouble was about a file that these Pages no longer use.
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
