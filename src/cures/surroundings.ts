import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import type { Env } from '../base/config.ts'
import { DEMO_VARIABLE } from '../base/dot-env-file.ts'
import { BotError } from '../base/errors.ts'

/** The place where the bot runs, which decides how its commands are typed. */
export interface Surroundings {
  /** `folder`: the owner's files are in a folder of their own, apart from the program. */
  is: 'checkout' | 'folder' | 'service' | 'container' | 'demo'
  /** A command as it is typed there, such as `command('doctor')` or `command('bootstrap-token', '--page 1001')`. */
  command: (name: string, args?: string) => string
  /** Path of the program with its docs from the owner's folder; absent if paths of docs in remedies need no change. */
  program?: string
}

/** The facts of the operating system about this process. */
export interface ProcessFacts {
  pid: number
  ppid: number
  hostname: string
  /** Whether a file of a container engine is there, such as `/.dockerenv`. */
  isMarked: boolean
  /** The folder of the commands, relative to this process's working directory. */
  bin: string
}

/** The variable in which a service has the prefix of its commands, such as `sudo evergreen` (deploy/evergreen.service). */
export const COMMAND_VARIABLE = 'EVERGREEN_COMMAND'

/** The chat page's default port. */
export const DEMO_PORT = 4000

export const surroundingsOf = (env: Env, facts: ProcessFacts = processFacts()): Surroundings => {
  const port = env[DEMO_VARIABLE]
  if (port !== undefined)
    return { is: 'demo', command: (name, args) => demoCommand(Number(port), name, args) }
  const service = env[COMMAND_VARIABLE]?.trim()
  if (service) return { is: 'service', command: (name, args) => words(service, name, args) }
  if (isContainer(facts)) return { is: 'container', command: (name, args) => execCommand(facts, name, args) }
  if (facts.bin === 'bin') return CHECKOUT
  return INSTALLED.test(facts.bin)
    ? { is: 'folder', command: installedCommand, program: 'node_modules/evergreen-messenger' }
    : { is: 'folder', command: programCommand(facts.bin), program: dirname(facts.bin) }
}

/** {@link surroundingsOf} for a bot that has ended: `docker exec` does not work in a container that has stopped. */
export const surroundingsOfEnded = (env: Env, facts: ProcessFacts = processFacts()): Surroundings => {
  const surroundings = surroundingsOf(env, facts)
  if (surroundings.is !== 'container') return surroundings
  return { ...surroundings, command: (name, args) => oneOffCommand(facts, name, args) }
}

/** `npm` in the folder of the program. */
export const CHECKOUT: Surroundings = {
  is: 'checkout',
  command: (name, args = '') => {
    if (name === 'start') return 'npm start'
    return `npm run ${name}${args === '' ? '' : ` -- ${args}`}`
  },
}

/**
 * Rewrites the commands and the paths of docs in a remedy for these surroundings; remedies are written for a checkout.
 *
 * @param text - each command in backquotes or quotes, or at the end of the text, or without arguments
 */
export const fitCommands = (text: string, { is, command, program }: Surroundings): string => {
  if (is === 'checkout') return text
  const fitted = (is === 'demo' ? text.replace(USER_TOKEN, '$1') : text).replace(
    COMMAND,
    (_all, pipe = '', name: string | undefined, args: string | undefined) => {
      const typed = command(name ?? 'start', args)
      // A container engine refuses a pipe together with `-t`.
      return pipe + (pipe === '' ? typed : typed.replace('docker exec -it', 'docker exec -i'))
    },
  )
  const placed = is === 'service' ? fitted.replace(SETTINGS, SETTINGS_OF_SERVICE) : fitted
  return program === undefined ? placed : placed.replace(DOCS, (path) => `${program}/${path}`)
}

/** The error with its remedy rewritten for these surroundings. */
export const fitError = (error: BotError, surroundings: Surroundings): BotError => {
  if (error.remedy === undefined || surroundings.is === 'checkout') return error
  const { code, message, retryable, remedy } = error
  return new BotError(code, message, { cause: error, retryable, remedy: fitCommands(remedy, surroundings) })
}

const DOCS = /(?<![\w/.-])docs\/[a-z-]+\.md\b/g
const COMMAND = /(\| )?\bnpm (?:run (?:--silent )?([a-z][\w:-]*)|start\b)(?: -- ([^`"\n]+?)(?=[`"\n]|$))?/g

const SETTINGS = /\bin the environment or in \.env\b/g
const SETTINGS_OF_SERVICE = 'in the file that its unit names (EnvironmentFile, such as /etc/evergreen.env)'

/** Words of remedies about a user token, which are left out in a demo: its repair command gets the token itself. */
const USER_TOKEN =
  /(`npm run bootstrap-token[^`]*`)(?: with a (?:new )?user token(?: of th(?:is|at) (?:app|person)| that has (?:it|the permission named here))?|; it says where to get the user token it asks for)/g

const words = (...all: (string | undefined)[]): string => all.filter(Boolean).join(' ')

/** The settings of a demo are in no file, so its commands are run by `demo:repair` and `demo:run`. */
const demoCommand = (port: number, name: string, args = ''): string => {
  // The command is one of the demo already.
  if (/^demo(:|$)/.test(name)) return CHECKOUT.command(name, args)
  const where = port === DEMO_PORT ? '' : String(port)
  if (name === 'start' || name === 'setup') return 'npm run demo'
  if (name === 'bootstrap-token') return CHECKOUT.command('demo:repair', where)
  return CHECKOUT.command('demo:run', words(where && `--port ${where}`, name, args && `-- ${args}`))
}

/** The program under `node_modules` of the owner's folder, as `evergreen-messenger init` makes it. */
const INSTALLED = /[\\/]node_modules[\\/]evergreen-messenger[\\/]bin$/

const installedCommand: Surroundings['command'] = (name, args) =>
  name === 'start' ? 'npm start' : words('npx evergreen-messenger', name, args)

const programCommand =
  (bin: string): Surroundings['command'] =>
  (name, args) =>
    words('node', fileOf(bin, name), args)

const execCommand = (facts: ProcessFacts, name: string, args?: string): string => {
  if (name === 'start' || WANTS_IT_STOPPED.has(name)) return oneOffCommand(facts, name, args)
  const container = containerOf(facts.hostname)
  return words('docker exec -it', PASSED[name], container, 'node', fileOf(facts.bin, name), args)
}

/** A command in a new container, with the settings and the volume of compose.yaml; for `start`, a restart of the container. */
const oneOffCommand = ({ hostname: host, bin }: ProcessFacts, name: string, args?: string): string =>
  name === 'start'
    ? `docker restart ${containerOf(host)}`
    : words('docker compose run --rm --entrypoint node bot', fileOf(bin, name), args)

/** Commands that are refused while the bot runs. */
const WANTS_IT_STOPPED = new Set(['restore', 'move-to-postgres'])

/** Options that pass variables of the operator's environment to a command in a container. */
const PASSED: Record<string, string> = { 'rotate-token-key': '-e NEW_TOKEN_KEY' }

/** The file of a command, with its option if it has one. */
const fileOf = (bin: string, name: string): string => {
  const path = (file: string): string => (/[^\w/.-]/.test(bin) ? `"${bin}/${file}"` : `${bin}/${file}`)
  if (name === 'start') return path('serve.js')
  return name === 'setup' ? `${path('serve.js')} --setup` : path(`${name.replace(':', '-')}.ts`)
}

/** Docker uses the container's id as the host name. */
const containerOf = (host: string): string => (/^[0-9a-f]{12}$/.test(host) ? host : 'CONTAINER')

/**
 * Whether this process is the main process of a container or was started by `docker exec`. The engine's file alone is no proof: a
 * container may also hold a checkout with a shell.
 */
const isContainer = ({ pid, ppid, isMarked }: ProcessFacts): boolean =>
  pid === 1 || ppid === 0 || (ppid === 1 && isMarked)

const processFacts = (): ProcessFacts => ({
  pid: process.pid,
  ppid: process.ppid,
  hostname: hostname(),
  isMarked: existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
  bin: isProgramFolder() ? 'bin' : join(PROGRAM, 'bin'),
})

const isProgramFolder = (): boolean => {
  try {
    return process.cwd() === PROGRAM
  } catch {
    // A removed folder does not count.
    return false
  }
}

const PROGRAM = join(import.meta.dirname, '../..')
