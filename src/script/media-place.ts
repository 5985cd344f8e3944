import { readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { staysInside } from './media-rules.ts'

/** The folders that decide which files may be sent. */
export interface MediaFolders {
  /** The folder of the main script, which file names begin in. */
  folder: string
  /** The bot's data folder, which holds tokens and visitors' words. */
  dataDir: string
}

/**
 * The real place of a file beside the script, with every link followed. The name alone proves nothing: it may lead to a file that
 * visitors must not get.
 *
 * @throws an error of the file system; `EACCES` for a private file, or one outside of the script's folder
 */
export const placeOf = (path: string, { folder, dataDir }: MediaFolders): string => {
  if (!staysInside(path)) throw refusal('the file is not in the folder of the script')
  const root = realpathSync(folder)
  const place = realpathSync(join(folder, path))
  const real = relative(root, place)
  if (leadsOut(real)) throw refusal('the file is not in the folder of the script')
  const isForNobody = [OWN_FILE, CODE_OR_SETTINGS].some((names) => names.test(basename(place)))
  if (real.split(sep).some(isHidden) || isForNobody || isPrivate(place, root, dataDir)) {
    throw refusal('the file is private')
  }
  return place
}

/** Files of the bot, in any folder, such as a backup. */
const OWN_FILE = /^(evergreen\.(db|lock|pid|host)|tokens\.json|\.env$)/i
/**
 * Code, settings, keys and databases, their backup copies that editors make, and files without an extension, such as a secret
 * that `FB_APP_SECRET_FILE` names. Such files are often beside the script, and an owner of the console, who can change the
 * script, may not be allowed to read files of the machine.
 */
const CODE_OR_SETTINGS =
  /^[^.]+$|\.(?:[cm]?[jt]sx?|json|ya?ml|toml|ini|conf|env|sh|sql|log|pem|key|p12|pfx|db|sqlite3?)(?:~|\.(?:bak|old|orig|save|swp))?$/i

const leadsOut = (path: string): boolean => path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)

/** Such as `.env` and `.git`. Two dots are allowed: a cluster mounts plain files through folders of such names. */
const isHidden = (part: string): boolean => part.startsWith('.') && !part.startsWith('..')

const isPrivate = (place: string, root: string, dataDir: string): boolean => {
  const data = realPathOf(dataDir)
  // A script in the data folder may have its pictures there.
  if (data !== null && leadsOut(relative(data, root)) && !leadsOut(relative(data, place))) return true
  const facts = statSync(place)
  // A hard link is another name of the same file.
  return (
    facts.nlink > 1 && secretFiles(root, data).some(({ dev, ino }) => dev === facts.dev && ino === facts.ino)
  )
}

const secretFiles = (root: string, data: string | null) =>
  [
    ...['.', root].map((folder) => resolve(folder, '.env')),
    ...(data === null
      ? []
      : readdirSync(data)
          .filter((name) => OWN_FILE.test(name))
          .map((name) => join(data, name))),
  ].flatMap((file) => statSync(file, { throwIfNoEntry: false }) ?? [])

const realPathOf = (path: string): string | null => {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}

const refusal = (message: string): Error => Object.assign(new Error(message), { code: 'EACCES' })
