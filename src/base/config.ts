import { join } from 'node:path'
import { Ajv, type ErrorObject } from 'ajv'
import { envFileIn, readDotEnvFile } from './dot-env-file.ts'
import { BotError } from './errors.ts'
import { addressFault, FORMATS, isLoopback, isOrigin, withServer } from './formats.ts'
import { isQuoted, oddity } from './odd-characters.ts'
import { givenSecret, type GivenSecret } from './secret-files.ts'
import { configSchema, ESSENTIAL, SECRET_NAMES, type Config, type Variable } from './settings.ts'

const { properties } = configSchema

/** The environment variables of a process. */
export type Env = Record<string, string | undefined>

/** The environment without secrets and without the `NAME_FILE` paths to them. */
export const withoutSecrets = (env: Env): Env =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !SECRET_NAMES.includes(name.toUpperCase().replace(/_FILE$/, ''))),
  )

/** Whether data sent to this origin is protected on its way: it is encrypted or does not leave this machine. */
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

/** Options of `@fastify/env`: the same schema and Ajv as {@link loadConfig}, so that both accept the same values. */
export const envOptions = (env: Env) => ({
  schema: WHOLE,
  data: readValues(env, NAMES).data,
  env: false,
  ajv,
})

/**
 * Turns a validation error of `@fastify/env` into the error of {@link loadConfig}, which is written for operators. Other errors
 * are returned unchanged.
 */
export const toConfigError = (error: unknown, env: Env): unknown => {
  if (!(error instanceof Object && 'errors' in error)) return error
  try {
    loadConfig(env)
    return error
  } catch (refusal) {
    return refusal
  }
}

/**
 * A secret that is not among the bot's settings, from the environment or from the file that `NAME_FILE` names. @throws BotError
 * `BOT_CONFIG_INVALID`
 */
export const secretFrom = (env: Env, name: string): string | undefined => {
  const { value, problem } = givenSecret(env, name)
  if (problem !== null) throw configError([problem])
  return value
}

const configError = (lines: readonly string[]): BotError =>
  new BotError(
    'BOT_CONFIG_INVALID',
    // Ajv reports a value that fits none of several types once for each type.
    `The configuration cannot be used:\n${[...new Set(lines)].map((line) => `  ${line}`).join('\n')}`,
    { remedy: 'Set them in the environment or in .env; .env.example explains each.' },
  )

/** Whether all required settings are missing, as before the set-up. */
export const lacksAll = ({ code, message }: BotError): boolean =>
  code === 'BOT_CONFIG_INVALID' && ESSENTIAL.every((name) => message.includes(`${name} is missing`))

/** @param problems - problems of secrets in files, which replace the line that the secret is missing */
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
 * The environment merged with the `.env` file and with the `.env` in the data folder, which the set-up writes if it cannot write
 * the first one. The environment wins over the first file, the first file over the second. Does not change `process.env`, so that
 * secrets of the files do not reach child processes.
 *
 * @throws BotError `BOT_CONFIG_INVALID` when a file exists but cannot be read
 */
export const withDotEnv = (env: Env, path = envFileIn(env)): Env => {
  const usual = { ...readDotEnvFile(path).values, ...env }
  return { ...readDotEnvFile(dataEnvFile(dataDirIn(usual))).values, ...usual }
}

/** The data folder, readable even if other settings are invalid. */
export const dataDirIn = (env: Env): string => env['DATA_DIR']?.trim() || properties.DATA_DIR.default

/** The `.env` file in the data folder. */
export const dataEnvFile = (dataDir: string): string => join(dataDir, '.env')

/**
 * How long callbacks are accepted after SIGTERM, ms. With several instances, the load balancer must first see that /readyz is
 * 503.
 */
export const drainMs = ({
  DRAIN_SECONDS: seconds,
  DATABASE_URL: url,
}: Pick<Config, 'DRAIN_SECONDS' | 'DATABASE_URL'>): number => 1000 * (seconds ?? (url === undefined ? 0 : 5))

/** Settings that are of no use without another setting. */
const DEPENDENCIES: Partial<Record<keyof Config, (keyof Config)[]>> = {
  ALERT_MAIL_TO: ['SMTP_URL'],
  ALERT_TELEGRAM_TO: ['TELEGRAM_BOT_TOKEN'],
  ALERT_PUSHOVER_TO: ['PUSHOVER_TOKEN'],
  // Tokens in a database are copied to its replicas and dumps, so they must be encrypted.
  DATABASE_URL: ['TOKEN_KEY'],
}

const NAMES = Object.keys(properties) as (keyof Config)[]

/** One object for all calls, so that Ajv compiles the schema once. */
const WHOLE = { ...configSchema, dependencies: DEPENDENCIES }

/** @returns the values to validate, and by name the problems of secrets in files */
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
  // Unix programs read these in small letters, and if both are set, the small one wins.
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

/** The probable fault of a refused value, as a clause without the value; null if it is unknown. */
export const faultOf = (name: string, value: string): string | null =>
  oddity(value, WORDS.has(name)) ??
  addressFault(value, (properties as Record<string, Variable>)[name]?.format ?? '')

/** Settings whose values are one word: ids and secrets that Facebook or a program makes. */
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

// Number() would also take '0x10', '1e3' and 'Infinity'. Any text but digits, with or without a fraction, stays a text, which the
// schema refuses.
const asNumber = (text: string): number | string => (/^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : text)

const asOrigin = (text: string): string => (isOrigin(text) ? new URL(text).origin : text)

const asProxies = (text: string): boolean | string =>
  text === 'true' ? true : text === 'false' ? false : text

/** A proxy without a scheme gets `http://`, because other programs accept it without one, too. */
const asProxyServer = (text: string): string =>
  isQuoted(text) || /^\w+:\/\//.test(text) ? text : `http://${text}`

/** Removes the brackets that an IPv6 address has in a URL. */
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
  // A test validates the schema; here it would compile the meta-schema at every start.
  validateSchema: false,
  meta: false,
  // Ajv's messages are not used, and each schema validates once, so both options only shorten compiling.
  messages: false,
  code: { optimize: false },
  formats: FORMATS,
})
