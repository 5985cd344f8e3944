import { statSync } from 'node:fs'
import { dataDirIn, dataEnvFile, withDotEnv, type Env } from './config.ts'
import { envFileIn, readDotEnvFile } from './dot-env-file.ts'
import { isSetting, misspeltSetting } from './misspelt.ts'
import { givenSecret } from './secret-files.ts'
import { configSchema } from './settings.ts'

/** A doubtful setting and the next step; holds no value of a setting. */
export interface ConfigWarning {
  what: string
  next: string
}

/**
 * Warns of settings that are doubtful but do not stop the start: a value of a `.env` file that was cut at a `#`, whose quotation
 * mark is not closed or whose letters are not UTF-8, a name in it that is set twice, is in a line that sets nothing, or is no
 * setting and resembles one, a path with `~` or a variable that only a shell replaces, an app secret that does not look like one
 * of Facebook's, TLS certificates that Node.js is told not to check, and a time zone in TZ that Node.js does not know, by which
 * quiet hours would be wrong.
 */
export const configWarnings = (given: Env, path = envFileIn(given)): ConfigWarning[] => {
  const env = withDotEnv(given, path)
  const files = [path, dataEnvFile(dataDirIn(env))]
  return [
    ...files.flatMap((file) => warningsOf(file, env)),
    ...PATHS.filter((name) => FOR_A_SHELL.test(env[name]?.trim() ?? '')).map(forAShell),
    ...(hasOddSecret(env) ? [ODD_SECRET] : []),
    ...(given['NODE_TLS_REJECT_UNAUTHORIZED'] === '0' ? [UNCHECKED_CERTIFICATES] : []),
    ...(env['ALERT_QUIET']?.trim() ? zoneWarnings(given, env) : []),
  ]
}

const warningsOf = (file: string, env: Env): ConfigWarning[] => {
  const { values, cut, repeated, open, unread } = readDotEnvFile(file)
  // The environment may set the variable to another value; then the file's value is not used.
  const isUsed = (name: string): boolean => env[name] === values[name]
  const undecoded = Object.keys(values).filter((name) => values[name]?.includes('\uFFFD'))
  return [
    ...cut.filter(isUsed).map((name) => cutAtSign(name, file)),
    ...open.filter(isUsed).map((name) => notClosed(name, file)),
    ...undecoded.filter(isUsed).map((name) => notUtf8(name, file)),
    ...repeated.map((name) => setTwice(name, file)),
    ...unread.filter((name) => isSetting(name) && env[name] === undefined).map((name) => notRead(name, file)),
    ...Object.keys(values).flatMap((name) => {
      const meant = misspeltSetting(name)
      return meant === null ? [] : [noSetting(name, meant, file)]
    }),
  ]
}

const hasOddSecret = (env: Env): boolean => {
  const graphUrl = env['FB_GRAPH_URL']?.trim() || configSchema.properties.FB_GRAPH_URL.default
  const secret = givenSecret(env, 'FB_APP_SECRET').value
  return URL.parse(graphUrl)?.hostname === FACEBOOK && secret !== undefined && !/^[0-9a-f]{32}$/i.test(secret)
}

const cutAtSign = (name: string, file: string): ConfigWarning => ({
  what: `${name} in ${file} ends where a # begins`,
  next: `If the # belongs to the value, put the value in quotation marks: ${name}='...'`,
})

const notClosed = (name: string, file: string): ConfigWarning => ({
  what: `${name} in ${file} begins with a quotation mark that is not closed, and that belongs to the value now`,
  next: 'Close it, or leave it out',
})

const notUtf8 = (name: string, file: string): ConfigWarning => ({
  what: `${name} in ${file} has letters that are not written in UTF-8, and is not what it looks like`,
  next: `Save ${file} as UTF-8`,
})

const PATHS = ['DATA_DIR', 'BOT_SCRIPT', 'BOT_HANDLERS'] as const
const FOR_A_SHELL = /^~(\/|$)|\$\{?\w/

const forAShell = (name: string): ConfigWarning => ({
  what: `${name} has a ~ or a $ that only a shell would replace: it is taken as it stands`,
  next: 'Write the whole path',
})

const setTwice = (name: string, file: string): ConfigWarning => ({
  what: `${name} stands in ${file} more than once, and the last one counts`,
  next: 'Delete the others',
})

const notRead = (name: string, file: string): ConfigWarning => ({
  what: `${name} stands in ${file} in a line that sets nothing`,
  next: `Write it as ${name}=value, in a line of its own`,
})

const noSetting = (name: string, meant: string, file: string): ConfigWarning => ({
  what: `${name} in ${file} is no setting`,
  next: `Did you mean ${meant}? Then rename it`,
})

const ODD_SECRET: ConfigWarning = {
  what: 'FB_APP_SECRET does not look like an app secret of Facebook, which has 32 hexadecimal digits',
  next: 'Copy it once more from App dashboard > App settings > Basic > Show',
}

const UNCHECKED_CERTIFICATES: ConfigWarning = {
  what: 'NODE_TLS_REJECT_UNAUTHORIZED=0 takes any certificate for that of Facebook: tokens and the app secret can be read on their way',
  next: 'Leave it out; where a proxy has an authority of its own, name that by NODE_EXTRA_CA_CERTS',
}

/** Node.js reads TZ from the environment of its process only, and uses UTC if it does not know the name. */
const zoneWarnings = ({ TZ: own }: Env, { TZ: any }: Env): ConfigWarning[] => {
  if (own === undefined && any !== undefined) return [UNUSED_ZONE]
  return own === undefined || own === '' || isZone(own) ? [] : [UNKNOWN_ZONE]
}

/**
 * Whether Node.js knows the time zone. It skips a leading colon, which C libraries use before a path, and the folder `posix/`.
 * For TZ it compares names with regard to case, unlike `Intl`.
 */
const isZone = (said: string): boolean => {
  const name = said.replace(/^:?(?:posix\/)?/, '')
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
    // For an old name such as US/Eastern, `Intl` returns the new one, so the spelling of the old one cannot be compared.
    const isOther = timeZone.toLowerCase() !== name.toLowerCase()
    return timeZone === name || timeZone === 'UTC' || (isOther && !/^[a-z]/.test(name))
  } catch {
    return false
  }
}

const UNUSED_ZONE: ConfigWarning = {
  what: 'TZ in .env does not set the clock by which ALERT_QUIET goes',
  next: 'Set TZ in the environment in which the bot is started',
}

const UNKNOWN_ZONE: ConfigWarning = {
  what: 'TZ names no time zone that Node.js knows, so ALERT_QUIET goes by UTC',
  next: 'Name one such as Europe/Berlin, with its capital letters',
}

const FACEBOOK = 'graph.facebook.com'

/**
 * A warning if other users of this machine may read the `.env` file; null if they may not or there is no file. If the file
 * belongs to another user, such as root, its group may read it, because that is how this process reads it.
 */
export const exposureOf = (path: string): ConfigWarning | null => {
  const facts = statSync(path, { throwIfNoEntry: false })
  const own = process.getuid?.()
  if (facts === undefined || own === undefined) return null
  if ((facts.mode & (facts.uid === own ? 0o077 : 0o007)) === 0) return null
  const mode = (facts.mode & 0o777).toString(8).padStart(4, '0')
  return { what: `other users may read the secrets in ${path} (mode ${mode})`, next: `chmod 600 ${path}` }
}
