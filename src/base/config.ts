import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { Ajv, type ErrorObject } from 'ajv'
import { BotError } from './errors.ts'

/** Environment variables as a process has them. */
export type Env = Record<string, string | undefined>

/** One variable as JSON Schema has it; `description` completes "NAME must be ...". */
interface Variable {
  type: 'string' | 'number' | 'integer' | readonly ['boolean', 'string']
  description: string
  /** The value grants access: {@link SECRET_NAMES} is what the log, the doctor and the handlers' process go by. */
  secret?: true
  default?: string | number
  enum?: readonly string[]
  pattern?: string
  minLength?: number
  format?: string
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
}

/** A shorter password of the operator console is refused. */
export const SHORTEST_PASSWORD = 12

/** Every variable of the bot. `.env.example` explains them to operators. */
const properties = {
  FB_APP_ID: {
    type: 'string',
    pattern: '^[0-9]+$',
    description: 'the id of your app, digits only (App dashboard > App settings > Basic)',
  },
  FB_APP_SECRET: {
    type: 'string',
    secret: true,
    pattern: '^\\S+$',
    description: 'the app secret, without spaces (App dashboard > App settings > Basic > Show)',
  },
  FB_VERIFY_TOKEN: {
    type: 'string',
    secret: true,
    description: 'a text you choose and enter again beside the callback URL in the App dashboard',
  },
  FB_GRAPH_VERSION: {
    type: 'string',
    pattern: '^v[0-9]{1,3}\\.[0-9]{1,2}$',
    default: 'v25.0',
    description: 'a Graph API version such as v25.0',
  },
  FB_GRAPH_URL: {
    type: 'string',
    format: 'origin',
    default: 'https://graph.facebook.com',
    description: 'an http or https address without path or password, such as https://graph.facebook.com',
  },
  FB_LOGIN_URL: {
    type: 'string',
    format: 'origin',
    default: 'https://www.facebook.com',
    description: 'an http or https address without path or password, such as https://www.facebook.com',
  },
  FB_LOGIN_CONFIG_ID: {
    type: 'string',
    pattern: '^[0-9]+$',
    description: 'the id of a configuration of Facebook Login for Business, digits only',
  },
  HOST: {
    type: 'string',
    format: 'host',
    default: '127.0.0.1',
    description: 'an IP address or host name to listen on, such as 127.0.0.1 or 0.0.0.0',
  },
  PORT: {
    type: 'integer',
    minimum: 0,
    maximum: 65535,
    default: 3000,
    description: 'a whole number from 0 to 65535 (0 picks a free port)',
  },
  PUBLIC_URL: {
    type: 'string',
    format: 'public-origin',
    description:
      'the https address Facebook reaches, without path or password, such as https://bot.example.com',
  },
  DATA_DIR: { type: 'string', default: 'data', description: 'a folder the bot may write to' },
  DATABASE_URL: {
    type: 'string',
    secret: true,
    format: 'unsupported',
    description: 'left unset: the PostgreSQL adapter is not part of this version',
  },
  TOKEN_KEY: {
    type: 'string',
    secret: true,
    pattern: '^[A-Za-z0-9+/_-]{43}=?$',
    description: '32 random bytes in base64, such as `openssl rand -base64 32` prints',
  },
  OPERATOR_PASSWORD: {
    type: 'string',
    secret: true,
    minLength: SHORTEST_PASSWORD,
    description: `the password of the operator console, at least ${SHORTEST_PASSWORD} characters`,
  },
  ALERT_URL: {
    type: 'string',
    secret: true,
    format: 'web-address',
    description: 'an http or https address without user name or password, such as a Slack webhook',
  },
  ALERT_MAIL_TO: {
    type: 'string',
    format: 'mail-addresses',
    description: 'an e-mail address, or several with commas between them',
  },
  ALERT_MAIL_FROM: { type: 'string', format: 'mail-address', description: 'an e-mail address' },
  SMTP_URL: {
    type: 'string',
    secret: true,
    format: 'mail-server',
    description: 'the mail server as smtps://user:password@host or smtp://host:port',
  },
  ALERT_PERSON: {
    type: 'string',
    enum: ['on', 'off'],
    default: 'on',
    description: 'on or off: whether you are told when a visitor asks for a person',
  },
  BOT_SCRIPT: { type: 'string', default: 'bot.yaml', description: 'the path of the script file' },
  BOT_HANDLERS: {
    type: 'string',
    description: 'the path of a TypeScript or JavaScript module with handlers',
  },
  KEEP_QUESTIONS_DAYS: {
    type: 'integer',
    minimum: 0,
    maximum: 3650,
    default: 90,
    description: 'a number of days from 0 (keep none) to 3650',
  },
  PROBE_SECONDS: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 604_800,
    default: 900,
    description: 'a number of seconds above 0 and up to 604800 (a week)',
  },
  REMIND_SECONDS: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 604_800,
    default: 3600,
    description: 'a number of seconds above 0 and up to 604800 (a week)',
  },
  TEXT_PER_SECOND: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1_000_000,
    default: 300,
    description: 'a number above 0: how many texts a second may be sent for one Page (Facebook allows 300)',
  },
  MEDIA_PER_SECOND: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1_000_000,
    default: 10,
    description: 'a number above 0: how many media a second may be sent for one Page (Facebook allows 10)',
  },
  LOG_LEVEL: {
    type: 'string',
    enum: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    default: 'info',
    description: 'one of fatal, error, warn, info, debug, trace, silent',
  },
  // No number of hops: Fastify trusts nobody then, because it could not tell a proxy from a client.
  TRUST_PROXY: {
    type: ['boolean', 'string'],
    format: 'proxies',
    description: 'true, false, or the addresses of the proxies in front, such as 10.0.0.0/8,127.0.0.1',
  },
} as const satisfies Record<string, Variable>

const required = ['FB_APP_ID', 'FB_APP_SECRET', 'FB_VERIFY_TOKEN'] as const

type Properties = typeof properties

type ValueOf<V> = V extends { enum: readonly (infer One)[] }
  ? One
  : V extends { type: 'string' }
    ? string
    : V extends { type: 'number' | 'integer' }
      ? number
      : boolean | string

type Given =
  | (typeof required)[number]
  | {
      [Name in keyof Properties]: Properties[Name] extends { default: unknown } ? Name : never
    }[keyof Properties]

/** The bot's configuration, validated. Absent where a variable without default is not set. */
export type Config = { [Name in Given]: ValueOf<Properties[Name]> } & {
  [Name in Exclude<keyof Properties, Given>]?: ValueOf<Properties[Name]>
}

/** What a value of each variable must be, as JSON Schema. */
export const configSchema = { type: 'object', properties, required } as const

/** Names of the variables whose values grant access. `FB_USER_TOKEN` is read by `bootstrap-token` alone. */
export const SECRET_NAMES: readonly string[] = [
  ...Object.entries<Variable>(properties).flatMap(([name, { secret }]) => (secret ? [name] : [])),
  'FB_USER_TOKEN',
]

/** The environment without the secrets and without the paths of the files that hold them. */
export const withoutSecrets = (env: Env): Env =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !SECRET_NAMES.includes(name.toUpperCase().replace(/_FILE$/, ''))),
  )

/** Whether what is sent to this origin stays unread on its way: it is encrypted, or never leaves this machine. */
export const isConfidential = (origin: string): boolean => {
  const url = URL.parse(origin)
  return url !== null && (url.protocol === 'https:' || isLoopback(url.hostname))
}

/**
 * Validates the environment, or the part of it that a command needs.
 *
 * @param env - such as `process.env`; an empty value counts as not set, surrounding whitespace is dropped
 * @param names - the variables that matter; all of them by default
 * @throws BotError `BOT_CONFIG_INVALID`, naming every offending variable but never its value
 */
export const loadConfig = <Name extends keyof Config = keyof Config>(
  env: Env,
  names: readonly Name[] = NAMES as Name[],
): Pick<Config, Name> => {
  const { schema, data } = envOptions(env, names)
  if (!ajv.validate<Pick<Config, Name>>(schema, data)) throw toConfigError(ajv)
  return data
}

/** What `@fastify/env` and the loader above both validate with, so that they cannot disagree. */
export const envOptions = (env: Env, names: readonly (keyof Config)[] = NAMES) => ({
  schema: names === NAMES ? WHOLE : schemaOf(names),
  data: readValues(env, names),
  env: false,
  ajv,
})

/** Turns a refusal by {@link envOptions} into the one message an operator reads; anything else comes back as it is. */
export const toConfigError = (error: unknown): unknown => {
  const refusals =
    error instanceof Object && 'errors' in error ? (error.errors as ErrorObject[] | null | undefined) : null
  if (!refusals) return error
  // A value that fits none of several shapes is refused once for each.
  const lines = new Set(refusals.map(toLine))
  return new BotError('BOT_CONFIG_INVALID', `The configuration cannot be used:\n${[...lines].join('\n')}`, {
    remedy: 'Set them in the environment or in .env; .env.example explains each.',
  })
}

/**
 * The environment together with the `.env` file and the one beside the data, where the set-up writes if it may not write
 * elsewhere. The environment goes before the first, and the first before the second. Leaves `process.env` alone, so that
 * secrets of the files do not travel into child processes.
 *
 * @throws BotError `BOT_CONFIG_INVALID` when a file is there but cannot be read
 */
export const withDotEnv = (env: Env, path = '.env'): Env => {
  const usual = { ...readDotEnv(path), ...env }
  return { ...readDotEnv(dataEnvFile(usual['DATA_DIR']?.trim() || properties.DATA_DIR.default)), ...usual }
}

/** The `.env` file beside the data. */
export const dataEnvFile = (dataDir: string): string => join(dataDir, '.env')

const readDotEnv = (path: string): Env => {
  let file: string
  try {
    file = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    if (code === 'ENOENT' || code === 'ENOTDIR') return {}
    throw new BotError('BOT_CONFIG_INVALID', `The file ${path} is there but cannot be read (${code}).`, {
      cause: error,
      remedy: `Make ${path} a file this user may read, or remove it.`,
    })
  }
  return parseEnv(file)
}

/**
 * What is wrong where other users of this machine may read the `.env` file; null where they may not, or there is none. Where
 * the file belongs to another user, such as root, its group is how this user reads it.
 */
export const exposureOf = (path = '.env'): { what: string; next: string } | null => {
  const facts = statSync(path, { throwIfNoEntry: false })
  const own = process.getuid?.()
  if (facts === undefined || own === undefined) return null
  if ((facts.mode & (facts.uid === own ? 0o077 : 0o007)) === 0) return null
  const mode = (facts.mode & 0o777).toString(8).padStart(4, '0')
  return { what: `other users may read the secrets in ${path} (mode ${mode})`, next: `chmod 600 ${path}` }
}

/** What is of no use without another one. */
const DEPENDENCIES: Partial<Record<keyof Config, (keyof Config)[]>> = { ALERT_MAIL_TO: ['SMTP_URL'] }

const only = (
  dependencies: typeof DEPENDENCIES,
  names: readonly (keyof Config)[],
): Record<string, (keyof Config)[]> =>
  Object.fromEntries(
    Object.entries(dependencies).filter(([name, others]) =>
      [name, ...others].every((one) => names.includes(one as keyof Config)),
    ),
  )

const schemaOf = (names: readonly (keyof Config)[]): object => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, properties[name]])),
  required: required.filter((name) => names.includes(name)),
  dependencies: only(DEPENDENCIES, names),
})

const NAMES = Object.keys(properties) as (keyof Config)[]

// The server and the plugin both validate with it: as one object it is compiled once.
const WHOLE = schemaOf(NAMES)

const readValues = (env: Env, names: readonly (keyof Config)[]): Record<string, unknown> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const text = env[name]?.trim()
      return text ? [[name, (READERS[name] ?? asText)(text)]] : []
    }),
  )

const toLine = ({ keyword, params, instancePath }: ErrorObject): string =>
  keyword === 'required' || keyword === 'dependencies'
    ? `  ${params['missingProperty']} is missing: it must be ${describe(params['missingProperty'])}`
    : `  ${instancePath.slice(1)} must be ${describe(instancePath.slice(1))}`

const describe = (name: string): string =>
  (configSchema.properties as Record<string, { description?: string }>)[name]?.description ?? 'understood'

const asText = (text: string): string => text

// Number() would also take '0x10', '1e3' and 'Infinity'; what is not plainly a number stays text and is refused.
const asNumber = (text: string): number | string => (/^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : text)

const asOrigin = (text: string): string => (isOrigin(text) ? new URL(text).origin : text)

const asProxies = (text: string): boolean | string =>
  text === 'true' ? true : text === 'false' ? false : text

const READERS: Partial<Record<keyof Config, (text: string) => unknown>> = {
  PORT: asNumber,
  KEEP_QUESTIONS_DAYS: asNumber,
  PROBE_SECONDS: asNumber,
  REMIND_SECONDS: asNumber,
  TEXT_PER_SECOND: asNumber,
  MEDIA_PER_SECOND: asNumber,
  TRUST_PROXY: asProxies,
  FB_GRAPH_URL: asOrigin,
  FB_LOGIN_URL: asOrigin,
  PUBLIC_URL: asOrigin,
}

const isWebAddress = (text: string): boolean => {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null
  return url !== null && url.username === '' && url.password === ''
}

const isOrigin = (text: string): boolean => {
  const url = isWebAddress(text) ? URL.parse(text) : null
  return url !== null && url.pathname === '/' && url.search === '' && url.hash === ''
}

// Facebook calls nothing but https; plain http serves the sandbox on this machine.
const isPublicOrigin = (text: string): boolean => {
  const url = isOrigin(text) ? URL.parse(text) : null
  return url !== null && (url.protocol === 'https:' || isLoopback(url.hostname))
}

const isLoopback = (hostname: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)

const isHost = (text: string): boolean => isIP(text) > 0 || /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(text)

const isProxyList = (text: string): boolean => text.split(',').every((part) => isProxy(part.trim()))

const isProxy = (text: string): boolean => {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIP(address)
  if (prefix === undefined) return family > 0 || /^(loopback|linklocal|uniquelocal)$/.test(text)
  return (
    family > 0 &&
    rest.length === 0 &&
    /^[0-9]{1,3}$/.test(prefix) &&
    Number(prefix) > 0 &&
    Number(prefix) <= (family === 4 ? 32 : 128)
  )
}

const isMailAddress = (text: string): boolean => /^[^\s@,<>"]+@[^\s@,<>"]+$/.test(text)

const isMailList = (text: string): boolean => text.split(',').every((part) => isMailAddress(part.trim()))

const isMailServer = (text: string): boolean =>
  /^smtps?:\/\//i.test(text) && Boolean(URL.parse(text)?.hostname)

const ajv = new Ajv({
  allErrors: true,
  useDefaults: true,
  allowUnionTypes: true,
  addUsedSchema: false,
  keywords: ['secret'],
  // A test does that; at every start it would be compiling the schema of schemas.
  validateSchema: false,
  // We have our own words, and validate once: what is not made for speed or for reading is compiled sooner.
  messages: false,
  code: { optimize: false },
  formats: {
    origin: isOrigin,
    'public-origin': isPublicOrigin,
    'web-address': isWebAddress,
    host: isHost,
    'mail-address': isMailAddress,
    'mail-addresses': isMailList,
    'mail-server': isMailServer,
    proxies: isProxyList,
    unsupported: () => false,
  },
})
