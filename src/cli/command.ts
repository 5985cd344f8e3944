import type { Readable, Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import type { Env } from '../base/config.ts'
import { BotError } from '../base/errors.ts'
import { CHECKOUT, fitCommands, surroundingsOf, type Surroundings } from '../cures/surroundings.ts'
import manifest from '../../package.json' with { type: 'json' }
import { clip } from '../base/clip.ts'
import { closest } from '../base/edit-distance.ts'
import { passesDashesOn } from './package-manager.ts'

/** The environment and the streams of a command, from the process or from a test. */
export interface Io {
  env: Env
  stdin: Readable & { isTTY?: boolean }
  stdout: Output
  stderr: Output
  /** Calls the listener at Ctrl-C and at SIGTERM, which end the process otherwise. */
  onInterrupt: (listener: () => void) => void
}

export type Output = Writable & { isTTY?: boolean; columns?: number }

export const writeLines = (output: Output, ...lines: string[]): void => {
  if (lines.length > 0) output.write(`${lines.join('\n')}\n`)
}

/** @returns the exit code; never throws */
export type Command = (argv: readonly string[], io: Io) => Promise<number>

export interface CommandOption {
  type: 'boolean' | 'string'
  multiple?: true
  /** The placeholder of a `string` option in the help, such as `ID`. */
  value?: string
  about: string
  /** A flag that changes only the form of the output. It is also accepted if npm took it because the `--` was missing. */
  harmless?: true
}

/** The contents of `--help`. */
export interface HelpPlan {
  /** A line or a paragraph about the command. */
  about: string
  /** Calls of the command, each with its effect. */
  usage: readonly (readonly [call: string, about: string])[]
  options?: Readonly<Record<string, CommandOption>>
  /** More paragraphs of the help. */
  notes?: string
  exit?: string
}

export interface CommandPlan<Options extends Record<string, CommandOption>> extends HelpPlan {
  /** The name for `npm run`. */
  name: string
  options?: Options
  /** Whether an argument that begins with a hyphen is not an option. */
  isPlain?: (argument: string) => boolean
  /** Makes the error for positional arguments; absent if the command accepts them. */
  noPlain?: () => BotError
  run: (given: CommandInput<Options>, io: Io) => Promise<number>
}

export interface CommandInput<Options extends Record<string, CommandOption>> {
  values: Values<Options>
  plain: readonly string[]
}

type Values<Options extends Record<string, CommandOption>> = {
  [Name in keyof Options]?: Options[Name]['type'] extends 'boolean'
    ? boolean
    : Options[Name] extends { multiple: true }
      ? string[]
      : string
}

export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

const VERSION = manifest.version

/** Makes a command from its plan; parsing, `--help`, `--version` and exit codes are the same for all commands. */
export const command =
  <const Options extends Record<string, CommandOption>>(plan: CommandPlan<Options>): Command =>
  async (argv, io) => {
    try {
      if (argv.includes('--help') || argv.includes('-h')) {
        io.stdout.write(helpOf(plan, surroundingsOf(io.env)))
        return EXIT.done
      }
      if (argv.includes('--version')) {
        io.stdout.write(`${VERSION}\n`)
        return EXIT.done
      }
      return await plan.run(read(plan, withoutPassedDashes(argv, io.env), io.env), io)
    } catch (error) {
      return reportError(error, plan.name, io)
    }
  }

/** Removes the `--` that is meant for npm, if the package manager passed it to the command. */
const withoutPassedDashes = (argv: readonly string[], env: Env): readonly string[] =>
  passesDashesOn(env) && argv.includes('--') ? argv.toSpliced(argv.indexOf('--'), 1) : argv

/** Prints an error as one line about what happened and one about what to do. @returns the exit code */
const reportError = (error: unknown, name: string, { stderr, env }: Pick<Io, 'stderr' | 'env'>): number => {
  if (!(error instanceof BotError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    stderr.write(
      `Something went wrong that should not have: ${stack}\nPlease report this, with the line above.\n`,
    )
    return EXIT.failed
  }
  // The `--` is needed, because npm answers `npm run NAME --help` itself.
  const remedy = error.remedy?.replace(SEE_HELP, `See \`npm run ${name} -- --help\`.`)
  const text = [error.message, remedy].filter(Boolean).join('\n')
  stderr.write(`${fitCommands(text, surroundingsOf(env))}\n`)
  return error.code === 'BOT_USAGE' ? EXIT.usage : EXIT.failed
}

/** The end of a remedy; {@link reportError} replaces it by the call that shows the help. */
const SEE_HELP = 'See --help.'

/** @throws BotError `BOT_USAGE` */
export const wrongUsage = (what: string, remedy = SEE_HELP): never => {
  throw new BotError('BOT_USAGE', clip(what.replace(/\p{Cc}+/gu, ' '), 300), { remedy })
}

const read = <Options extends Record<string, CommandOption>>(
  plan: CommandPlan<Options>,
  argv: readonly string[],
  env: Env,
): CommandInput<Options> => {
  const options: Record<string, CommandOption> = plan.options ?? {}
  const isPlain = plan.isPlain ?? (() => false)
  const swallowed = readSwallowed(plan, env)
  // Not strict, because the errors of `parseArgs` repeat the argument, which may be a token.
  const { tokens } = parseArgs({
    args: argv.filter((argument) => !isPlain(argument)),
    options: Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values: Record<string, boolean | string | string[]> = { ...swallowed }
  const plain = argv.filter(isPlain)
  for (const token of tokens) {
    if (token.kind === 'positional') plain.push(token.value)
    // An unknown option that is named like a secret is followed by one, so it is treated as an argument and not repeated.
    else if (token.kind === 'option' && options[token.name] === undefined && SECRET.test(token.name))
      plain.push(token.rawName)
  }
  for (const token of tokens) {
    // Checked first, because the argument after a misspelt option is its value and not a superfluous argument.
    if (token.kind === 'option' && meantBy(token.name, options) !== null) refuseOption(token, options)
  }
  if (plain.length > 0 && plan.noPlain !== undefined) throw plan.noPlain()
  for (const token of tokens) {
    if (token.kind === 'option') values[token.name] = valueOf(token, options, values[token.name])
  }
  return { values: values as Values<Options>, plain }
}

const SECRET = /token|secret|password/i

/** The option that a misspelt one was probably meant to be. */
const meantBy = (name: string, options: Record<string, CommandOption>): string | null =>
  options[name] === undefined && !SECRET.test(name) ? closest(name, Object.keys(options)) : null

const refuseOption = (token: OptionToken, options: Record<string, CommandOption>): never => {
  const meant = meantBy(token.name, options)
  const hint = meant === null ? '' : ` Did you mean --${meant}?`
  return wrongUsage(`There is no option ${printable(token.rawName)}.${hint}`)
}

interface OptionToken {
  name: string
  rawName: string
  value?: string | undefined
}

const valueOf = (
  token: OptionToken,
  options: Record<string, CommandOption>,
  before: boolean | string | string[] | undefined,
): boolean | string | string[] => {
  const option = options[token.name]
  if (option === undefined || token.rawName !== `--${token.name}`) return refuseOption(token, options)
  if (option.type === 'boolean') {
    return token.value === undefined ? true : wrongUsage(`--${token.name} takes no value.`)
  }
  if (token.value === undefined || token.value === '') {
    return wrongUsage(`--${token.name} needs a value: --${token.name} ${option.value ?? 'VALUE'}.`)
  }
  return option.multiple ? [...(Array.isArray(before) ? before : []), token.value] : token.value
}

/** Options that stood before the `--`: npm took them and put them into the environment. */
const readSwallowed = <Options extends Record<string, CommandOption>>(
  { name: command, options = {} as Options }: CommandPlan<Options>,
  env: Env,
): Record<string, boolean> => {
  if (env['npm_lifecycle_event'] !== command) return {}
  const values: Record<string, boolean> = {}
  for (const [name, { type, harmless, value = 'VALUE' }] of Object.entries<CommandOption>(options)) {
    const told = env[`npm_config_${name.replace(/^no-/, '').replaceAll('-', '_')}`]
    if (told === undefined) continue
    if (harmless && told === 'true') values[name] = true
    else {
      const spelling = type === 'boolean' ? `--${name}` : `--${name} ${value}`
      wrongUsage(
        `npm took --${name} for an option of its own.`,
        `Put -- before it: npm run ${command} -- ${spelling}`,
      )
    }
  }
  return values
}

/** An option's name, unless it may be a secret. */
const printable = (name: string): string => (/^--?[a-z-]{1,20}$/.test(name) ? name : 'of that name')

/** The help of a command, with its calls as they are typed in these surroundings. */
export const helpOf = (plan: HelpPlan, surroundings: Surroundings = CHECKOUT): string => {
  const { about, usage, options = {}, notes, exit = '0 done, 1 failed, 2 wrong usage.' } = plan
  const rows = Object.entries<CommandOption>(options).map(
    ([name, { value, about: what }]): [string, string] => [
      value === undefined ? `--${name}` : `--${name} ${value}`,
      what,
    ],
  )
  const isDirect = surroundings.is === 'checkout' || surroundings.is === 'folder'
  // Calls with a variable in front are left out in containers and services, where it would not reach the command; an exported one
  // reaches a container.
  const outside = surroundings.is === 'service' ? /^(?:export )?[A-Z_]+=/ : /^[A-Z_]+=/
  const calls = usage.filter(([call]) => isDirect || !outside.test(call))
  const text = `${about}

${table(calls.map(([call, what]) => [fitCommands(call, surroundings), what]))}

Options${surroundings.is === 'checkout' ? ', after --' : ''}
${table([...rows, ['--help', 'this text'], ['--version', 'the version of the program']])}
${notes === undefined ? '' : `\n${notes}\n`}
Exit code: ${exit}
`
  return fitCommands(text, surroundings)
}

const table = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows
    .map(([left, right]) =>
      `  ${left.padEnd(width)}   ${right.replaceAll('\n', `\n${' '.repeat(width + 5)}`)}`.trimEnd(),
    )
    .join('\n')
}
