import { chmodSync, readdirSync, statSync, type Stats } from 'node:fs'
import { makeFolder } from '../base/make-folder.ts'

/**
 * Makes a folder for secrets and visitors' data. Its mode becomes 0700 if it is made here, is empty, or holds only files of this program.
 * Any other folder, such as a system folder, keeps its mode.
 *
 * @throws Error with the reason why the folder cannot be trusted, or an error of the file system
 */
export const claimFolder = (dir: string): void => {
  if (makeFolder(dir, OWNER_ONLY)) return
  const facts = statSync(dir)
  const user = process.getuid?.()
  // Windows has no such modes.
  if (user === undefined) return
  // Root can read everything anyway. Folders of root reach a service through a group, as the volumes of a cluster do.
  if (facts.uid !== user && facts.uid !== ROOT) {
    throw new Error('its owner could read and replace its files')
  }
  if (facts.uid === user && isExposed(facts) && isOurs(dir)) return chmodSync(dir, OWNER_ONLY)
  if (mayOthersWrite(facts, user)) {
    throw new Error(
      `other users may write there (mode ${(facts.mode & 0o7777).toString(8).padStart(4, '0')})`,
    )
  }
}

const OWNER_ONLY = 0o700
const ROOT = 0
/** Files of this program in a data folder, and files that a file system creates by itself. */
const OWN_FILE = /^(evergreen\.|tokens\.json|\.env$|lost\+found$)/

const isExposed = ({ mode }: Stats): boolean => (mode & 0o077) !== 0

const isOurs = (dir: string): boolean => readdirSync(dir).every((name) => OWN_FILE.test(name))

const mayOthersWrite = ({ uid, mode }: Stats, user: number): boolean =>
  (mode & (uid === user ? 0o022 : 0o002)) !== 0
