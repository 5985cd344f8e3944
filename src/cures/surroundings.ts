import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Env } from '../base/config.ts'

/** Where the bot runs, and how a person gives it a command there. */
export interface Surroundings {
  is: 'checkout' | 'container' | 'demo'
  /** As it is typed: `command('doctor')`, `command('bootstrap-token', '--page 1001')`. */
  command: (name: string, args?: string) => string
}

/** The facts of the operating system about this process. */
export interface ProcessFacts {
  pid: number
  ppid: number
  hostname: string
  /** Whether a container engine has left its mark. */
  isMarked: boolean
  /** The folder of the commands, as a process in this one's working directory names it. */
  bin: string
}

/** The variable by which the demo tells the bot that it is one; its value is the port of the chat page. */
export const DEMO_VARIABLE = 'EVERGREEN_DEMO'

/** The chat page's port unless that one is taken. */
export const DEMO_PORT = 4000

export const surroundingsOf = (env: Env, facts: ProcessFacts = processFacts()): Surroundings => {
  const port = env[DEMO_VARIABLE]
  if (port !== undefined)
    return { is: 'demo', command: (name, args) => demoCommand(Number(port), name, args) }
  return isContainer(facts)
    ? { is: 'container', command: (name, args) => execCommand(facts, name, args) }
    : CHECKOUT
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
 * A cure as it can be followed here: the commands in it are written for a checkout.
 *
 * @param text - each command in backquotes or quotes, or at the end of the text, or without arguments
 */
export const fitCommands = (text: string, { is, command }: Surroundings): string =>
  is === 'checkout'
    ? text
    : text.replace(COMMAND, (_all, name: string | undefined, args: string | undefined) =>
        command(name ?? 'start', args),
      )

const COMMAND = /\bnpm (?:run ([a-z][\w:-]*)|start\b)(?: -- ([^`"\n]+?)(?=[`"\n]|$))?/g

/** The settings of a demo are in no file: a command reaches it by the demo's own two. */
const demoCommand = (port: number, name: string, args = ''): string => {
  const where = port === DEMO_PORT ? '' : String(port)
  if (name === 'start' || name === 'setup') return 'npm run demo'
  if (name === 'bootstrap-token') return CHECKOUT.command('demo:repair', where)
  return CHECKOUT.command(
    'demo:run',
    [where && `--port ${where}`, name, args && `-- ${args}`].filter(Boolean).join(' '),
  )
}

const execCommand = ({ hostname: host, bin }: ProcessFacts, name: string, args = ''): string => {
  if (name === 'start') return `docker restart ${containerOf(host)}`
  return `docker exec -it ${containerOf(host)} node ${bin}/${name.replace(':', '-')}.ts${args === '' ? '' : ` ${args}`}`
}

/** Docker names a host by its container. */
const containerOf = (host: string): string => (/^[0-9a-f]{12}$/.test(host) ? host : 'CONTAINER')

/**
 * Whether this process is what a container is for, or was brought into one by `docker exec`. The mark of an engine alone says
 * only that somewhere above is a container, which may hold a whole checkout with its shell.
 */
const isContainer = ({ pid, ppid, isMarked }: ProcessFacts): boolean =>
  pid === 1 || ppid === 0 || (ppid === 1 && isMarked)

const processFacts = (): ProcessFacts => ({
  pid: process.pid,
  ppid: process.ppid,
  hostname: hostname(),
  isMarked: existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
  bin: process.cwd() === PROGRAM ? 'bin' : join(PROGRAM, 'bin'),
})

const PROGRAM = join(import.meta.dirname, '../..')
