import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ErrorObject } from 'ajv'
import { envFileIn, readDotEnvFile } from './dot-env-file.ts'
import { BotError } from './errors.ts'
import { addressFault, FORMATS, isLoopback, isOrigin } from './formats.ts'
import { oddity } from './odd-characters.ts'
import { givenSecret, type GivenSecret } from './secret-files.ts'

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
    format: 'plain-word',
    description: 'the app secret, without spaces (App dashboard > App settings > Basic > Show)',
  },
  FB_VERIFY_TOKEN: {
    type: 'string',
    secret: true,
    format: 'plain-text',
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
  DATA_DIR: {
    type: 'string',
    format: 'unquoted',
    default: 'data',
    description: 'a folder the bot may write to',
  },
  DATABASE_URL: {
    type: 'string',
    secret: true,
    format: 'postgres-address',
    description:
      'the address of a PostgreSQL database such as postgres://user:password@host:5432/name, or left unset for the embedded one',
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
    format: 'typeable',
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
  ALERT_NTFY_URL: {
    type: 'string',
    secret: true,
    format: 'ntfy-topic',
    description:
      'the address of an ntfy topic such as https://ntfy.sh/my-long-secret-topic, for a protected one with :TOKEN@ or user:password@ before the host',
  },
  ALERT_TELEGRAM_TO: {
    type: 'string',
    pattern: '^(-?[0-9]+|@[A-Za-z][A-Za-z0-9_]+)$',
    description: 'the id of a Telegram chat, a number, or @name of a public channel',
  },
  TELEGRAM_BOT_TOKEN: {
    type: 'string',
    secret: true,
    pattern: '^[0-9]+:[A-Za-z0-9_-]+$',
    description: 'the token of a Telegram bot as @BotFather gives it, such as 123456:ABC-DEF',
  },
  ALERT_PUSHOVER_TO: {
    type: 'string',
    pattern: '^[A-Za-z0-9]{30}$',
    description: 'the key of a Pushover user or group, 30 letters and digits',
  },
  PUSHOVER_TOKEN: {
    type: 'string',
    secret: true,
    pattern: '^[A-Za-z0-9]{30}$',
    description: 'the token of a Pushover application, 30 letters and digits',
  },
  ALERT_PERSON: {
    type: 'string',
    enum: ['on', 'off'],
    default: 'on',
    description: 'on or off: whether you are told when a visitor asks for a person',
  },
  ALERT_QUIET: {
    type: 'string',
    pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$',
    description: 'hours like 22:00-07:00, in which you are not told when a visitor asks for a person',
  },
  BOT_SCRIPT: {
    type: 'string',
    format: 'unquoted',
    default: 'bot.yaml',
    description: 'the path of the script file',
  },
  BOT_HANDLERS: {
    type: 'string',
    format: 'unquoted',
    description: 'the path of a TypeScript or JavaScript module with handlers',
  },
  ASSISTANT_KEY: {
    type: 'string',
    secret: true,
    pattern: '^[!-~]{1,500}$',
    description: 'the key of the language model that the script names, one word',
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
  MESSAGES_PER_SECOND: {
    type: 'number',
    minimum: 1,
    maximum: 300,
    default: 35,
    description:
      'a number from 1 to 300: how many messages a second may be sent for one Page (above 40 its inbox on facebook.com shows no new ones, and Facebook takes none for a while)',
  },
  BODY_BUDGET_MIB: {
    type: 'integer',
    minimum: 8,
    maximum: 4096,
    default: 32,
    description: 'a whole number from 8 to 4096: MiB for all request bodies together that are not proved yet',
  },
  LOG_LEVEL: {
    type: 'string',
    enum: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    default: 'info',
    description: 'one of fatal, error, warn, info, debug, trace, silent',
  },
  HTTP_PROXY: {
    type: 'string',
    format: 'proxy-server',
    description: 'the address of a proxy such as http://proxy.example.com:3128',
  },
  HTTPS_PROXY: {
    type: 'string',
    format: 'proxy-server',
    description: 'the address of a proxy such as http://proxy.example.com:3128',
  },
  NO_PROXY: {
    type: 'string',
    format: 'unquoted',
    description: 'names and addresses that are reached without the proxy, with commas between them',
  },
  // No number of hops: Fastify then trusts no proxy, because it could not tell a proxy from a client.
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
  const { data, problems } = readValues(env, names)
  const given = { ...data }
  const isValid = ajv.validate<Pick<Config, Name>>(
    names === (NAMES as readonly string[]) ? WHOLE : schemaOf(names),
    data,
  )
  if (isValid && problems.size === 0) return data
  throw configError([...problems.values(), ...(isValid ? [] : linesOf(ajv.errors ?? [], given, problems))])
}

/** What `@fastify/env` and the loader above both validate with, so that they cannot disagree. */
export const envOptions = (env: Env) => ({
  schema: WHOLE,
  data: readValues(env, NAMES).data,
  env: false,
  ajv,
})

/** Turns a refusal by {@link envOptions} into the one message an operator reads; anything else comes back as it is. */
export const toConfigError = (error: unknown, env: Env): unknown => {
  if (!(error instanceof Object && 'errors' in error)) return error
  try {
    loadConfig(env)
    return error
  } catch (refusal) {
    return refusal
  }
}

/** A secret that is no setting of the bot, from the environment or from the file that `NAME_FILE` names. @throws BotError */
export const secretFrom = (env: Env, name: string): string | undefined => {
  const { value, problem } = givenSecret(env, name)
  if (problem !== null) throw configError([problem])
  return value
}

const configError = (lines: readonly string[]): BotError =>
  new BotError(
    'BOT_CONFIG_INVALID',
    // A value that fits none of several shapes is refused once for each.
    `The configuration cannot be used:\n${[...new Set(lines)].map((line) => `  ${line}`).join('\n')}`,
    { remedy: 'Set them in the environment or in .env; .env.example explains each.' },
  )

/** @param problems - of secrets in files, which say more than that the secret is missing */
const linesOf = (
  refusals: readonly ErrorObject[],
  values: Record<string, unknown>,
  problems: ReadonlyMap<string, string>,
): string[] =>
  refusals.flatMap((refusal) => {
    const name = nameIn(refusal)
    return problems.has(name) ? [] : [toLine(refusal, name, values[name])]
  })

/**
 * The environment together with the `.env` file and the one beside the data, where the set-up writes if it may not write
 * elsewhere. The environment goes before the first, and the first before the second. Leaves `process.env` alone, so that
 * secrets of the files do not travel into child processes.
 *
 * @throws BotError `BOT_CONFIG_INVALID` when a file is there but cannot be read
 */
export const withDotEnv = (env: Env, path = envFileIn(env)): Env => {
  const usual = { ...readDotEnvFile(path).values, ...env }
  return { ...readDotEnvFile(dataEnvFile(dataDirIn(usual))).values, ...usual }
}

/** What is so, and what to do, without any value. */
export interface ConfigWarning {
  what: string
  next: string
}

/**
 * What is not wrong enough to stop for: a value of a `.env` file that was cut at a `#`, an app secret that does not look like
 * one of Facebook's.
 */
export const configWarnings = (given: Env, path = envFileIn(given)): ConfigWarning[] => {
  const env = withDotEnv(given, path)
  const files = [path, dataEnvFile(dataDirIn(env))].map((file) => ({ file, ...readDotEnvFile(file) }))
  const cut = files.flatMap(({ file, values, cut: names }) =>
    // What the environment sets otherwise is not used.
    names.flatMap((name) => (env[name] === values[name] ? [cutAtSign(name, file)] : [])),
  )
  const graphUrl = env['FB_GRAPH_URL']?.trim() || properties.FB_GRAPH_URL.default
  const secret = givenSecret(env, 'FB_APP_SECRET').value
  const isOdd =
    URL.parse(graphUrl)?.hostname === FACEBOOK && secret !== undefined && !/^[0-9a-f]{32}$/i.test(secret)
  return isOdd ? [...cut, ODD_SECRET] : cut
}

const cutAtSign = (name: string, file: string): ConfigWarning => ({
  what: `${name} in ${file} ends where a # begins`,
  next: `If the # belongs to the value, put the value in quotation marks: ${name}='...'`,
})

const ODD_SECRET: ConfigWarning = {
  what: 'FB_APP_SECRET does not look like an app secret of Facebook, which has 32 hexadecimal digits',
  next: 'Copy it once more from App dashboard > App settings > Basic > Show',
}

const FACEBOOK = 'graph.facebook.com'

const dataDirIn = (env: Env): string => env['DATA_DIR']?.trim() || properties.DATA_DIR.default

/** The `.env` file beside the data. */
export const dataEnvFile = (dataDir: string): string => join(dataDir, '.env')

/**
 * What is wrong where other users of this machine may read the `.env` file; null where they may not, or there is none. Where
 * the file belongs to another user, such as root, its group is how this user reads it.
 */
export const exposureOf = (path: string): { what: string; next: string } | null => {
  const facts = statSync(path, { throwIfNoEntry: false })
  const own = process.getuid?.()
  if (facts === undefined || own === undefined) return null
  if ((facts.mode & (facts.uid === own ? 0o077 : 0o007)) === 0) return null
  const mode = (facts.mode & 0o777).toString(8).padStart(4, '0')
  return { what: `other users may read the secrets in ${path} (mode ${mode})`, next: `chmod 600 ${path}` }
}

/** What is of no use without another one. */
const DEPENDENCIES: Partial<Record<keyof Config, (keyof Config)[]>> = {
  ALERT_MAIL_TO: ['SMTP_URL'],
  ALERT_TELEGRAM_TO: ['TELEGRAM_BOT_TOKEN'],
  ALERT_PUSHOVER_TO: ['PUSHOVER_TOKEN'],
  // Tokens in a database get into its replicas and its dumps: never in the clear.
  DATABASE_URL: ['TOKEN_KEY'],
}

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

/** @returns the values as they are validated, and what is wrong with secrets in files, by name */
const readValues = (
  env: Env,
  names: readonly (keyof Config)[],
): { data: Record<string, unknown>; problems: Map<string, string> } => {
  const data: Record<string, unknown> = {}
  const problems = new Map<string, string>()
  for (const name of names) {
    const { value, problem } = given(env, name)
    if (problem !== null) problems.set(name, problem)
    if (value !== undefined) data[name] = (READERS[name] ?? asText)(value)
  }
  return { data, problems }
}

const given = (env: Env, name: keyof Config): GivenSecret => {
  if ((properties[name] as Variable).secret) return givenSecret(env, name)
  // Unix spells these small, and where both are set the small one counts.
  const value = (IN_SMALL.has(name) && env[name.toLowerCase()]?.trim()) || env[name]?.trim() || undefined
  return { value, problem: null }
}

const IN_SMALL: ReadonlySet<string> = new Set(['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'])

const nameIn = ({ params, instancePath }: ErrorObject): string =>
  typeof params['missingProperty'] === 'string' ? params['missingProperty'] : instancePath.slice(1)

const toLine = ({ keyword }: ErrorObject, name: string, value: unknown): string => {
  if (keyword === 'required' || keyword === 'dependencies') {
    return `${name} is missing: it must be ${describe(name)}`
  }
  const fault = typeof value === 'string' ? faultOf(name, value) : null
  return `${name} must be ${describe(name)}${fault === null ? '' : `; ${fault}`}`
}

/** What is wrong with a value that was refused, as far as it can be told: a clause without the value. */
export const faultOf = (name: string, value: string): string | null =>
  oddity(value, WORDS.has(name)) ??
  addressFault(value, (properties as Record<string, Variable>)[name]?.format ?? '')

/** Ids and secrets that Facebook or a program makes: one word each. */
const WORDS: ReadonlySet<string> = new Set([
  'FB_APP_ID',
  'FB_APP_SECRET',
  'FB_LOGIN_CONFIG_ID',
  'TOKEN_KEY',
  'ASSISTANT_KEY',
])

const describe = (name: string): string =>
  (configSchema.properties as Record<string, { description?: string }>)[name]?.description ?? 'understood'

const asText = (text: string): string => text

// Number() would also take '0x10', '1e3' and 'Infinity'; what is not plainly a number stays text and is refused.
const asNumber = (text: string): number | string => (/^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : text)

const asOrigin = (text: string): string => (isOrigin(text) ? new URL(text).origin : text)

const asProxies = (text: string): boolean | string =>
  text === 'true' ? true : text === 'false' ? false : text

/** Other programs take a proxy without the scheme, too. */
const asProxyServer = (text: string): string => (/^\w+:\/\//.test(text) ? text : `http://${text}`)

const READERS: Partial<Record<keyof Config, (text: string) => unknown>> = {
  PORT: asNumber,
  KEEP_QUESTIONS_DAYS: asNumber,
  BODY_BUDGET_MIB: asNumber,
  PROBE_SECONDS: asNumber,
  REMIND_SECONDS: asNumber,
  MESSAGES_PER_SECOND: asNumber,
  TRUST_PROXY: asProxies,
  HTTP_PROXY: asProxyServer,
  HTTPS_PROXY: asProxyServer,
  FB_GRAPH_URL: asOrigin,
  FB_LOGIN_URL: asOrigin,
  PUBLIC_URL: asOrigin,
}

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
  formats: FORMATS,
})
