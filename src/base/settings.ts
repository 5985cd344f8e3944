/** JSON Schema of one variable; `description` completes the sentence "NAME must be ...". */
export interface Variable {
  type: 'string' | 'number' | 'integer' | readonly ['boolean', 'string']
  description: string
  /**
   * The value grants access. {@link SECRET_NAMES} collects these names; the log, the doctor and the handlers' process leave them
   * out.
   */
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

/** The least length of the operator console's password. */
export const SHORTEST_PASSWORD = 12

/** All settings of the bot. `.env.example` explains them to operators. */
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
      'the address of a PostgreSQL database such as postgres://user:password@host:5432/name (with %25 for a %), or left unset for the embedded one',
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
    description: 'the mail server as smtps://user:password@host (with %25 for a %) or smtp://host:port',
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
  ALERT_STANDBY: {
    type: 'string',
    enum: ['on', 'off'],
    default: 'on',
    description: 'on or off: whether you are told when all visitors of a Page write in standby',
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
  DRAIN_SECONDS: {
    type: 'number',
    minimum: 0,
    maximum: 300,
    description:
      'a number of seconds from 0 to 300, or left unset for 5 with DATABASE_URL and 0 without: how long callbacks are accepted after SIGTERM',
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
  // A number of hops is not allowed: Fastify could not tell a proxy from a client, so it would trust none.
  TRUST_PROXY: {
    type: ['boolean', 'string'],
    format: 'proxies',
    description: 'true, false, or the addresses of the proxies in front, such as 10.0.0.0/8,127.0.0.1',
  },
} as const satisfies Record<string, Variable>

/** The required settings, which have no default. */
export const ESSENTIAL = ['FB_APP_ID', 'FB_APP_SECRET', 'FB_VERIFY_TOKEN'] as const

type Properties = typeof properties

type ValueOf<V> = V extends { enum: readonly (infer One)[] }
  ? One
  : V extends { type: 'string' }
    ? string
    : V extends { type: 'number' | 'integer' }
      ? number
      : boolean | string

type Given =
  | (typeof ESSENTIAL)[number]
  | {
      [Name in keyof Properties]: Properties[Name] extends { default: unknown } ? Name : never
    }[keyof Properties]

/** The validated configuration. A property is absent if its variable is not set and has no default. */
export type Config = { [Name in Given]: ValueOf<Properties[Name]> } & {
  [Name in Exclude<keyof Properties, Given>]?: ValueOf<Properties[Name]>
}

/** JSON Schema of all variables. */
export const configSchema = { type: 'object', properties, required: ESSENTIAL } as const

/**
 * Names of the variables whose values grant access. `FB_USER_TOKEN` is read by `bootstrap-token` alone, `PGPASSWORD` by the
 * PostgreSQL client where `DATABASE_URL` leaves the password out.
 */
export const SECRET_NAMES: readonly string[] = [
  ...Object.entries<Variable>(properties).flatMap(([name, { secret }]) => (secret ? [name] : [])),
  'FB_USER_TOKEN',
  'PGPASSWORD',
]
