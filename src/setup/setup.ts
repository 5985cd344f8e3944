import { randomBytes } from 'node:crypto'
import { faultOf, loadConfig, type Env } from '../base/config.ts'
import { configSchema, SHORTEST_PASSWORD, type Config } from '../base/settings.ts'
import { BotError } from '../base/errors.ts'
import { isLoopback, looksLikeHost } from '../base/formats.ts'
import { canBeKept } from './dot-env.ts'
import { isUntouched, type OtherSettings } from './first-run.ts'

/** The set-up of a bot without settings. The values are kept in memory until all are given, then written together. */
export interface Setup {
  view: () => SetupView
  /** Takes app id and secret after Facebook has accepted them. @throws BotError */
  giveApp: (app: { appId: string; appSecret: string }) => Promise<void>
  /**
   * Takes the public address after a request to it has arrived here.
   *
   * @param address.publicUrl - empty for none
   * @param address.untried - true to take the address without a proof, if the proxy is set up later
   * @throws BotError
   */
  giveAddress: (address: { publicUrl: string; untried: boolean }) => Promise<void>
  /** Takes the console's password (for an empty text, makes one) and writes the settings. @throws BotError */
  givePassword: (password: string) => Promise<void>
  /** Starts the bot with the written settings. @throws BotError if it cannot start; the call may be repeated */
  start: () => Promise<void>
}

/** The state of the set-up. Its only secrets are the values in `made`, which must be shown once. */
export interface SetupView {
  /** The next step. */
  step: SetupStep
  appId: string | null
  /** Null for none, undefined until the step was taken. */
  publicUrl: string | null | undefined
  /** The console's address for when the bot runs: under the public address if that was proved, else a local path. */
  console: string
  /** Whether the console's password is set already. */
  hasPassword: boolean
  /** The file to which the settings are written. */
  file: string
  /** The port on which this process listens; null before it does. */
  port: number | null
  /** The values the set-up has made; null before they are written, or when none was made. */
  made: { verifyToken: string; password: string | null } | null
}

export const STEPS = ['app', 'address', 'operator', 'start'] as const
export type SetupStep = (typeof STEPS)[number]

export interface SetupDeps {
  /** Settings that are set already. */
  settings: Pick<OtherSettings, 'PUBLIC_URL' | 'OPERATOR_PASSWORD' | 'TRUST_PROXY'>
  proveApp: (app: { appId: string; appSecret: string }) => Promise<void>
  /** Resolves with the address of the proxy on the way, if there is one. */
  proveAddress: (publicUrl: string) => Promise<string | null>
  /** The file that `save` writes. */
  file: string
  /** The port on which this process listens; null before it does. */
  port: () => number | null
  save: (values: Readonly<Record<string, string>>) => Promise<void>
  /** Reads the environment that a new process would have. */
  readEnv: () => Env
  startBot: (env: Env) => Promise<void>
}

const LOCAL_CONSOLE = '/operator'
const LONGEST_PASSWORD = 200
/** In characters: a domain name has at most 253, other settings are shorter. */
const LONGEST_SETTING = 300

export const createSetup = (deps: SetupDeps): Setup => {
  const { settings, proveApp, proveAddress, file, port, save, readEnv, startBot } = deps
  const verifyToken = randomBytes(24).toString('base64url')
  const hasPassword = settings.OPERATOR_PASSWORD !== undefined
  let app: { appId: string; appSecret: string } | null = null
  let publicUrl: string | null | undefined = settings.PUBLIC_URL
  let console = LOCAL_CONSOLE
  let proxy: string | null = null
  let made: SetupView['made'] = null
  let writing: Promise<void> | null = null
  let starting: Promise<void> | null = null

  const nextStep = (): SetupStep => {
    if (made !== null) return 'start'
    if (app === null) return 'app'
    return publicUrl === undefined ? 'address' : 'operator'
  }

  const assertUnwritten = (): void => {
    if (made === null) return
    throw new BotError('BOT_REQUEST_INVALID', `The settings are written already; change them in ${file}.`)
  }

  const write = async (given: string): Promise<void> => {
    assertUnwritten()
    if (app === null || publicUrl === undefined) {
      throw new BotError('BOT_REQUEST_INVALID', 'The steps before this one come first.')
    }
    const password = given === '' && !hasPassword ? randomBytes(18).toString('base64url') : null
    if (!hasPassword && password === null) assertGoodPassword(given)
    const values = {
      // Written, too, because a later start may not have this process's environment.
      ...placeOf(readEnv()),
      FB_APP_ID: app.appId,
      FB_APP_SECRET: app.appSecret,
      FB_VERIFY_TOKEN: verifyToken,
      ...(publicUrl !== null && settings.PUBLIC_URL === undefined && { PUBLIC_URL: publicUrl }),
      // TRUST_PROXY lets the console count clients behind the proxy separately.
      ...(proxy !== null && settings.TRUST_PROXY === undefined && { TRUST_PROXY: proxy }),
      ...(!hasPassword && { OPERATOR_PASSWORD: password ?? given }),
    }
    if (!isUntouched(readEnv())) {
      throw new BotError('BOT_CONFIG_INVALID', `Another program has written settings to ${file} meanwhile.`, {
        remedy: 'Stop this set-up with Ctrl-C and start anew.',
      })
    }
    await save(values)
    assertRead(readEnv(), values)
    made = { verifyToken, password }
  }

  return {
    view: () => ({
      step: nextStep(),
      appId: app?.appId ?? null,
      publicUrl,
      console,
      hasPassword,
      made,
      file,
      port: port(),
    }),

    giveApp: async (given) => {
      assertUnwritten()
      const appId = read('FB_APP_ID', 'The app id', given.appId)
      const appSecret = read('FB_APP_SECRET', 'The app secret', given.appSecret)
      await proveApp({ appId, appSecret })
      app = { appId, appSecret }
    },

    giveAddress: async (given) => {
      assertUnwritten()
      const address =
        given.publicUrl.trim() === '' ? null : read('PUBLIC_URL', 'The address', mended(given.publicUrl))
      const isProved = address !== null && !given.untried
      proxy = isProved ? await proveAddress(address) : null
      publicUrl = address
      console = isProved ? `${address}${LOCAL_CONSOLE}` : LOCAL_CONSOLE
    },

    givePassword: (given) => {
      // A second click waits for the first one, so that only one password is made.
      writing ??= write(given).finally(() => {
        writing = null
      })
      return writing
    },

    start: () => {
      if (made === null) {
        return Promise.reject(new BotError('BOT_REQUEST_INVALID', 'The settings are not written yet.'))
      }
      // A second click waits for the first one, so that only one bot is started.
      starting ??= startBot(readEnv()).catch((error: unknown) => {
        starting = null
        throw error
      })
      return starting
    },
  }
}

/** The addresses of Graph and of the bot in the environment, if they are set. */
const placeOf = (env: Env): Record<string, string> =>
  Object.fromEntries(
    ['FB_GRAPH_URL', 'FB_LOGIN_URL', 'FB_GRAPH_VERSION', 'HOST', 'PORT'].flatMap((name) => {
      const value = env[name]?.trim()
      // Port 0 is not kept, because it means another port at each start.
      return !value || value === '0' ? [] : [[name, value]]
    }),
  )

/** Corrects an address as people type or copy it: without https://, in quotes, or with the path of one of the bot's pages. */
const mended = (given: string): string => {
  const text = given.trim().replace(/^[<"'`\u2018\u201C]+|[>"'`\u2019\u201D.,;]+$/g, '')
  const name = text.replace(/^\/+/, '')
  const whole = looksLikeHost(name) ? `${isOfThisMachine(name) ? 'http' : 'https'}://${name}` : text
  const url = URL.parse(whole)
  return url !== null && url.username === '' && OWN_PATH.test(url.pathname)
    ? `${url.protocol}//${url.host}`
    : whole
}

const isOfThisMachine = (name: string): boolean => isLoopback(URL.parse(`http://${name}`)?.hostname ?? '')

const OWN_PATH = /^\/(webhook|operator|setup)?(\/[\w/-]*)?$/i

/** Validates a setting as the configuration does. */
const read = (name: 'FB_APP_ID' | 'FB_APP_SECRET' | 'PUBLIC_URL', label: string, given: string): string => {
  const { description } = configSchema.properties[name] as { description?: string }
  const fault = faultOf(name, given.trim())
  const refused = new BotError(
    'BOT_REQUEST_INVALID',
    `${label} must be ${description}${fault === null ? '' : `; ${fault}`}.`,
  )
  if (given.length > LONGEST_SETTING || !canBeKept(given.trim())) throw refused
  let config: Partial<Config>
  try {
    config = loadConfig({ [name]: given }, [name])
  } catch {
    throw refused
  }
  return String(config[name])
}

const assertGoodPassword = (password: string): void => {
  const { length } = password
  if (length < SHORTEST_PASSWORD || length > LONGEST_PASSWORD) {
    throw new BotError(
      'BOT_REQUEST_INVALID',
      `The password must have ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters.`,
      { remedy: 'Leave it empty, and a good one is made.' },
    )
  }
  if (!canBeKept(password)) {
    throw new BotError('BOT_REQUEST_INVALID', 'The password cannot be kept in .env.', {
      remedy:
        'Use no line breaks, no spaces at its ends, and not a single quotation mark together with " \\ $ or `.',
    })
  }
}

/** Checks that the written values are read back: the environment of the process wins over the file, even with empty values. */
const assertRead = (env: Env, values: Readonly<Record<string, string>>): void => {
  const hidden = Object.keys(values).filter((name) => env[name] !== values[name])
  if (hidden.length === 0) return
  throw new BotError(
    'BOT_CONFIG_INVALID',
    `The settings are in .env, but the environment sets ${hidden.join(', ')} to something else, which takes precedence.`,
    { remedy: 'Unset them where the bot is started from, and start it again.' },
  )
}
