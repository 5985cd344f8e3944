import { randomBytes } from 'node:crypto'
import { faultOf, loadConfig, type Env } from '../base/config.ts'
import { configSchema, SHORTEST_PASSWORD, type Config } from '../base/settings.ts'
import { BotError } from '../base/errors.ts'
import { isLoopback, looksLikeHost } from '../base/formats.ts'
import { canBeKept } from './dot-env.ts'
import { isUntouched, type OtherSettings } from './first-run.ts'

/** The way from no settings at all to a bot that runs. Kept in memory until all is there, then written at once. */
export interface Setup {
  view: () => SetupView
  /** Takes the app once Facebook knows it. @throws BotError */
  giveApp: (app: { appId: string; appSecret: string }) => Promise<void>
  /**
   * Takes the public address once it leads here.
   *
   * @param address.publicUrl - empty for none
   * @param address.untried - whether it is taken unproved, for those who put the proxy up later
   * @throws BotError
   */
  giveAddress: (address: { publicUrl: string; untried: boolean }) => Promise<void>
  /** Takes the console's password, makes one of an empty text, and writes the settings. @throws BotError */
  givePassword: (password: string) => Promise<void>
  /** Makes the bot of what was written. @throws BotError where it cannot start; it may be tried again */
  start: () => Promise<void>
}

/** Where it stands; no secret in it but those that were made here and have to be shown once. */
export interface SetupView {
  /** What comes next. */
  step: SetupStep
  appId: string | null
  /** Null for none, undefined until it was asked. */
  publicUrl: string | null | undefined
  /** Where the console is best opened once the bot runs: from outside, where that was proved to lead here. */
  console: string
  /** Whether the console has a password from elsewhere. */
  hasPassword: boolean
  /** The file that the settings go to. */
  file: string
  /** Where this process listens, once it does. */
  port: number | null
  /** The values the set-up has made; null before they are written, or when none was made. */
  made: { verifyToken: string; password: string | null } | null
}

export const STEPS = ['app', 'address', 'operator', 'start'] as const
export type SetupStep = (typeof STEPS)[number]

export interface SetupDeps {
  /** What is set already. */
  settings: Pick<OtherSettings, 'PUBLIC_URL' | 'OPERATOR_PASSWORD' | 'TRUST_PROXY'>
  proveApp: (app: { appId: string; appSecret: string }) => Promise<void>
  /** Resolves with the address of the proxy on the way, if there is one. */
  proveAddress: (publicUrl: string) => Promise<string | null>
  /** The file that `save` writes. */
  file: string
  /** Where this process listens; null before it does. */
  port: () => number | null
  save: (values: Readonly<Record<string, string>>) => Promise<void>
  /** The environment as a process started now would have it. */
  readEnv: () => Env
  startBot: (env: Env) => Promise<void>
}

const LOCAL_CONSOLE = '/operator'
const LONGEST_PASSWORD = 200
/** A name on the internet has at most 253 characters, the rest is shorter still. */
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
      // A later plain start does not have this process's environment.
      ...placeOf(readEnv()),
      FB_APP_ID: app.appId,
      FB_APP_SECRET: app.appSecret,
      FB_VERIFY_TOKEN: verifyToken,
      ...(publicUrl !== null && settings.PUBLIC_URL === undefined && { PUBLIC_URL: publicUrl }),
      // With TRUST_PROXY the console counts clients behind the proxy separately.
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
      // Pressed twice it is still one password.
      writing ??= write(given).finally(() => {
        writing = null
      })
      return writing
    },

    start: () => {
      if (made === null) {
        return Promise.reject(new BotError('BOT_REQUEST_INVALID', 'The settings are not written yet.'))
      }
      // Pressed twice it is still one bot.
      starting ??= startBot(readEnv()).catch((error: unknown) => {
        starting = null
        throw error
      })
      return starting
    },
  }
}

/** The settings of Graph's address and of the bot's own, as far as they are set. */
const placeOf = (env: Env): Record<string, string> =>
  Object.fromEntries(
    ['FB_GRAPH_URL', 'FB_LOGIN_URL', 'FB_GRAPH_VERSION', 'HOST', 'PORT'].flatMap((name) => {
      const value = env[name]?.trim()
      // Port 0 is another one each time.
      return !value || value === '0' ? [] : [[name, value]]
    }),
  )

/** An address as people type or copy it: without https://, in quotes, or with the path of one of the pages behind it. */
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

/** A setting as the configuration reads it. */
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

/** The environment of the process wins over the file, even with empty values. */
const assertRead = (env: Env, values: Readonly<Record<string, string>>): void => {
  const hidden = Object.keys(values).filter((name) => env[name] !== values[name])
  if (hidden.length === 0) return
  throw new BotError(
    'BOT_CONFIG_INVALID',
    `The settings are in .env, but the environment sets ${hidden.join(', ')} to something else, which takes precedence.`,
    { remedy: 'Unset them where the bot is started from, and start it again.' },
  )
}
