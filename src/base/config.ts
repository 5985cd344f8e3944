import { join } from 'node:path'
import { Ajv, type ErrorObject } from 'ajv'
import { envFileIn, readDotEnvFile } from './dot-env-file.ts'
import { BotError } from './errors.ts'
import { addressFault, FORMATS, isLoopback, isOrigin, withServer } from './formats.ts'
import { isQuoted, oddity } from './odd-characters.ts'
import { givenSecret, type GivenSecret } from './secret-files.ts'
import { configSchema, ESSENTIAL, SECRET_NAMES, type Config, type Variable } from './settings.ts'

const { properties } = configSchema

/** Environment variables as a process has them. */
export type Env = Record<string, string | undefined>

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
  const asked: ReadonlySet<string> = new Set(names)
  const isValid = ajv.validate(WHOLE, data)
  const refusals = isValid ? [] : (ajv.errors ?? []).filter((refusal) => asked.has(nameIn(refusal)))
  if (refusals.length > 0 || problems.size > 0)
    throw configError([...problems.values(), ...linesOf(refusals, given, problems)])
  const wanted = names.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]]))
  return Object.fromEntries(wanted) as Pick<Config, Name>
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

/** Whether none of the required settings is there, as before the set-up. */
export const lacksAll = ({ code, message }: BotError): boolean =>
  code === 'BOT_CONFIG_INVALID' && ESSENTIAL.every((name) => message.includes(`${name} is missing`))

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

/** The folder of the data, also where the other settings are wrong. */
export const dataDirIn = (env: Env): string => env['DATA_DIR']?.trim() || properties.DATA_DIR.default

/** The `.env` file beside the data. */
export const dataEnvFile = (dataDir: string): string => join(dataDir, '.env')

/** How long callbacks are accepted after SIGTERM, ms: where there may be other instances, the load balancer has to see /readyz first. */
export const drainMs = ({
  DRAIN_SECONDS: seconds,
  DATABASE_URL: url,
}: Pick<Config, 'DRAIN_SECONDS' | 'DATABASE_URL'>): number => 1000 * (seconds ?? (url === undefined ? 0 : 5))

/** Settings that are of no use without another setting. */
const DEPENDENCIES: Partial<Record<keyof Config, (keyof Config)[]>> = {
  ALERT_MAIL_TO: ['SMTP_URL'],
  ALERT_TELEGRAM_TO: ['TELEGRAM_BOT_TOKEN'],
  ALERT_PUSHOVER_TO: ['PUSHOVER_TOKEN'],
  // Tokens in a database get into its replicas and its dumps: never in the clear.
  DATABASE_URL: ['TOKEN_KEY'],
}

const NAMES = Object.keys(properties) as (keyof Config)[]

/** For every reading, of all variables or of some: as one object it is compiled once. */
const WHOLE = { ...configSchema, dependencies: DEPENDENCIES }

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
  (properties as Record<string, { description?: string }>)[name]?.description ?? 'understood'

const asText = (text: string): string => text

// Number() would also take '0x10', '1e3' and 'Infinity'; what is not plainly a number stays text and is refused.
const asNumber = (text: string): number | string => (/^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : text)

const asOrigin = (text: string): string => (isOrigin(text) ? new URL(text).origin : text)

const asProxies = (text: string): boolean | string =>
  text === 'true' ? true : text === 'false' ? false : text

/** Other programs take a proxy without the scheme, too. */
const asProxyServer = (text: string): string =>
  isQuoted(text) || /^\w+:\/\//.test(text) ? text : `http://${text}`

/** An IPv6 address as it stands in a URL. */
const asHost = (text: string): string => text.replace(/^\[(.*)\]$/, '$1')

const READERS: Partial<Record<keyof Config, (text: string) => unknown>> = {
  HOST: asHost,
  PORT: asNumber,
  KEEP_QUESTIONS_DAYS: asNumber,
  BODY_BUDGET_MIB: asNumber,
  PROBE_SECONDS: asNumber,
  REMIND_SECONDS: asNumber,
  MESSAGES_PER_SECOND: asNumber,
  DRAIN_SECONDS: asNumber,
  TRUST_PROXY: asProxies,
  HTTP_PROXY: asProxyServer,
  HTTPS_PROXY: asProxyServer,
  FB_GRAPH_URL: asOrigin,
  FB_LOGIN_URL: asOrigin,
  PUBLIC_URL: asOrigin,
  DATABASE_URL: withServer,
}

const ajv = new Ajv({
  allErrors: true,
  useDefaults: true,
  allowUnionTypes: true,
  addUsedSchema: false,
  keywords: ['secret'],
  // A test does that; at every start it would be compiling the schema of schemas.
  validateSchema: false,
  meta: false,
  // We have our own words, and validate once: what is not made for speed or for reading is compiled sooner.
  messages: false,
  code: { optimize: false },
  formats: FORMATS,
})
