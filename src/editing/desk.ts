import { join } from 'node:path'
import { BotError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Mistake } from '../script/mistakes.ts'
import { remarksOn, type Remark } from '../script/remarks.ts'
import type { ScriptPlace } from '../script/script-files.ts'
import { couldBeScript } from '../script/script-reader.ts'
import type { Script } from '../script/types.ts'
import { addPhrase, addReply, removeReply, type NewReply } from './additions.ts'
import { arrangeReply, changeReply, replyForm, versionOf, type Filled } from './reply-form.ts'
import type { Arrangement } from './messages.ts'
import { createScriptEditor, type ScriptEditor } from './script-editor.ts'
import { createTrial, type Trial } from './trial.ts'
import { createVersions, type Versions } from './versions.ts'

/** Reads, tries and changes scripts for the console. */
export interface ScriptDesk {
  /** All scripts, the main one first. */
  all: () => ScriptAtDesk[]
  /** The script of that name; the main one for null. @throws BotError `BOT_ROUTE_UNKNOWN` */
  at: (name: string | null) => ScriptAtDesk
  /** The script of a Page. */
  ofPage: (pageId: string) => ScriptAtDesk
  trial: Trial
}

export interface ScriptAtDesk extends Omit<ScriptPlace, 'script' | 'read'> {
  /** Reads the present file. */
  read: () => Promise<ReadScript>
  /** The mistakes in a text, as `script:check` reports them. */
  judge: (text: string) => Judged
  /** The remarks on a text without mistakes, as `script:check` reports them. */
  remarks: (text: string) => readonly Remark[]
  blockedBy: ScriptEditor['blockedBy']
  versions: Pick<Versions, 'list' | 'read'>
  /** Replaces the whole text, if it still has this version. */
  saveText: (change: { text: string; version: string; by: string }) => Promise<Saved>
  /** Changes a reply or the fallback, if it still has this version. */
  saveReply: (change: ReplyChange) => Promise<Saved>
  /** Removes a reply, if it still has this version. */
  removeReply: (change: { name: string; version: string; by: string }) => Promise<Saved>
  /** @throws BotError `BOT_SCRIPT_NOT_EDITABLE`, also if the script would have mistakes; `BOT_SCRIPT_READ_ONLY` */
  addPhrase: (reply: string, phrase: string, by: string) => Promise<void>
  /** @throws as {@link ScriptAtDesk.addPhrase} */
  addReply: (reply: NewReply, by: string) => Promise<void>
  /** The script after a change of a reply, without saving it. */
  withReply: (change: Omit<ReplyChange, 'version' | 'by'>) => Promise<Judged>
  /**
   * The draft of a reply after the posted values and a step of arranging, without saving it. @throws BotError
   * `BOT_SCRIPT_NOT_EDITABLE`
   */
  arrangeReply: (change: Omit<ReplyChange, 'version' | 'by'>, step: Arrangement) => Promise<string>
}

export interface ReplyChange extends Filled {
  name: string | null
  version: string
  by: string
}

export interface ReadScript extends Judged {
  text: string
  version: string
}

export interface Judged {
  /** Null if it has mistakes. */
  script: Script | null
  mistakes: readonly Mistake[]
}

export type Saved =
  | { is: 'saved' }
  /** The text has mistakes and was not saved. */
  | { is: 'wrong'; mistakes: readonly Mistake[] }
  /** Another person has changed the file meanwhile; `text` is its present text. */
  | { is: 'changed'; text: string }

/** Changes a text with line feeds only. */
type Edit = (text: string) => string

const SAVED: Saved = { is: 'saved' }

export const createScriptDesk = (deps: {
  scripts: () => readonly ScriptPlace[]
  dataDir: string
  /** Why a file must not be changed; null if it may be. */
  fixed: (file: string) => string | null
  clock: Pick<Clock, 'now'>
}): ScriptDesk => {
  const { scripts, dataDir, fixed, clock } = deps
  const known = new Map<string, ScriptAtDesk>()
  /** The latest places of the scripts, by file. */
  const places = new Map<string, ScriptPlace>()

  const openOne = (place: ScriptPlace): ScriptAtDesk => {
    const { file, name } = place
    const versions = createVersions({
      folder: join(dataDir, 'evergreen.script-versions', encodeURIComponent(name)),
      clock,
    })
    // Kept, because the remarks on a large script take seconds, and its page is requested repeatedly.
    let told: { text: string; remarks: readonly Remark[] } = { text: '', remarks: [] }
    // Uses the bot's own reader, which keeps the result, so that the bot need not read it again.
    const judge = (content: string | Uint8Array): Judged => {
      const read = (places.get(file) ?? place).read(content)
      return { script: read.script, mistakes: read.script === null ? read.error.mistakes : [] }
    }
    const isScript = (bytes: Buffer): boolean =>
      place.pageIds === null || couldBeScript(bytes) || judge(bytes).script !== null
    const editor = createScriptEditor({ file, versions, fixed: fixed(file), isScript })

    /** @param isAsItWas - whether the changed text or part is still the one that the person has seen */
    const change = async (
      edit: Edit,
      by: string,
      isAsItWas: (text: string) => boolean = () => true,
    ): Promise<Saved> => {
      let outcome: Saved = SAVED
      await editor.change((text) => {
        if (!isAsItWas(text)) {
          outcome = { is: 'changed', text }
          return null
        }
        const changed = edit(text)
        const { mistakes } = judge(changed)
        if (mistakes.length === 0) return changed
        outcome = { is: 'wrong', mistakes }
        return null
      }, by)
      return outcome
    }

    /**
     * Whether the latest change was this one, made of the text that the person has seen: a double click posts a form twice, and so
     * does a person who got no answer.
     */
    const isLatest = async (edit: Edit, isAsItWas: (text: string) => boolean): Promise<boolean> => {
      try {
        const [{ text: present }, [latest]] = await Promise.all([editor.read(), versions.list()])
        const before = latest === undefined ? null : await versions.read(latest.id)
        const text = before?.replaceAll('\r\n', '\n')
        return text !== undefined && isAsItWas(text) && edit(text) === present
      } catch {
        // The person is told what kept the change itself from being made.
        return false
      }
    }

    /** @param versionIn - returns the version of the part that is changed */
    const save = async (
      versionIn: (text: string) => string,
      edit: Edit,
      { version, by }: { version: string; by: string },
    ): Promise<Saved> => {
      const isAsItWas = (text: string): boolean => versionIn(text) === version
      const saved = await change(edit, by, isAsItWas)
      return saved.is === 'changed' && (await isLatest(edit, isAsItWas)) ? SAVED : saved
    }

    const add = async (edit: Edit, by: string): Promise<void> => {
      const saved = await change(edit, by).catch(async (error: unknown) => {
        // A reply that is there already may be the one that this form has made.
        if (await isLatest(edit, () => true)) return SAVED
        throw error
      })
      if (saved.is === 'wrong') throw wouldBeWrong(saved.mistakes)
    }

    return {
      file,
      name,
      pageIds: place.pageIds,
      read: async () => {
        const { bytes, text } = await editor.read()
        return { text, version: versionOf(text), ...judge(bytes) }
      },
      judge,
      remarks: (text) => {
        if (told.text !== text) told = { text, remarks: remarksOn(text, name) }
        return told.remarks
      },
      blockedBy: editor.blockedBy,
      versions,
      saveText: ({ text, ...change }) => save(versionOf, () => text, change),
      saveReply: ({ name: reply, filled, draft, ...change }) =>
        save(versionOfReply(reply), (text) => changeReply(text, reply, { filled, draft }), change),
      removeReply: ({ name: reply, ...change }) =>
        save(versionOfReply(reply), (text) => removeReply(text, reply), change),
      addPhrase: (reply, phrase, by) => add((text) => addPhrase(text, reply, phrase), by),
      addReply: (reply, by) => add((text) => addReply(text, reply), by),
      withReply: async ({ name: reply, ...filled }) =>
        judge(changeReply((await editor.read()).text, reply, filled)),
      arrangeReply: async ({ name: reply, ...filled }, step) =>
        arrangeReply((await editor.read()).text, reply, filled, step),
    }
  }

  const deskOf = (place: ScriptPlace): ScriptAtDesk => {
    places.set(place.file, place)
    const before = known.get(place.file)
    const opened = before ?? openOne(place)
    const current = { ...opened, pageIds: place.pageIds }
    known.set(place.file, current)
    return current
  }

  const all = (): ScriptAtDesk[] => scripts().map(deskOf)
  const main = (): ScriptAtDesk => {
    const [first] = all()
    if (first === undefined) throw new TypeError('there is always a main script')
    return first
  }

  return {
    all,
    at: (name) => {
      const found = name === null ? main() : all().find((one) => one.name === name)
      if (found === undefined) throw new BotError('BOT_ROUTE_UNKNOWN', 'There is no such script any more.')
      return found
    },
    ofPage: (pageId) => all().find(({ pageIds }) => pageIds?.includes(pageId)) ?? main(),
    trial: createTrial(clock),
  }
}

/** The error for an addition that would make a right script wrong. */
const wouldBeWrong = ([first, ...more]: readonly Mistake[]): BotError =>
  new BotError(
    'BOT_SCRIPT_NOT_EDITABLE',
    `The script would have ${more.length === 0 ? 'a mistake' : `${more.length + 1} mistakes`}: found ${first?.found}; expected ${first?.expected}.${first?.hint ? ` ${first.hint}` : ''}`,
    { remedy: 'Go back and put it differently. Nothing was changed.' },
  )

const versionOfReply =
  (name: string | null) =>
  (text: string): string => {
    try {
      return replyForm(text, name).version
    } catch (error) {
      // The reply no longer exists, or the script can no longer be read.
      if (error instanceof BotError) return ''
      throw error
    }
  }
