import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDiskFull } from '../base/disk-full.ts'
import { codeOf } from '../base/error-code.ts'
import { BotError } from '../base/errors.ts'
import manifest from '../../package.json' with { type: 'json' }
import { makeFolder } from '../base/make-folder.ts'
import { sampleScriptFor } from '../script/own-script.ts'
import { setVariables } from '../setup/dot-env.ts'
import { command, EXIT, wrongUsage, type Command } from './command.ts'
import { COMMANDS } from './names.ts'
import { packageManagerOf, type PackageManager } from './package-manager.ts'

export interface InitDeps {
  /** `npm install` in a folder, or that of another package manager. @returns whether it succeeded */
  install: (folder: string, manager: PackageManager['name']) => Promise<boolean>
}

/** Makes a folder for a bot, into which npm installs the program. */
export const createInit = ({ install }: InitDeps): Command =>
  command({
    name: 'init',
    about: `Makes a folder for a bot of your own. What the bot says, its settings and its data are kept there, apart from the
program, which npm installs and upgrades.`,
    usage: [
      ['npm run init -- FOLDER', 'makes the folder, and installs the program in it'],
      ['npm create evergreen-messenger@latest FOLDER', 'the same, where there is no program yet'],
    ],
    options: {
      handlers: { type: 'boolean', about: 'with a module for answers in code' },
      program: {
        type: 'string',
        value: 'SPEC',
        about: 'what is installed as the program, such as a tarball; otherwise the version of this command',
      },
      'no-install': { type: 'boolean', about: 'the files only, npm install is left to you' },
    },
    run: async ({ values, plain: [folder, ...more] }, { stdout, stderr, env }) => {
      if (folder === undefined || more.length > 0) return wrongUsage('It needs one folder, such as my-bot.')
      const isWithHandlers = values.handlers === true
      const manager = packageManagerOf(env)
      write(folder, { ...ownFiles({ folder, isWithHandlers, program: values.program }), ...manager.files })
      const isToInstall = values['no-install'] === true
      const isInstalled = isToInstall || (await install(folder, manager.name))
      if (isInstalled) stdout.write(nextSteps(folder, manager, { isToInstall, program: values.program }))
      else
        stderr.write(`The files are in ${folder}, but ${manager.name} could not install the program.
Try that part again: cd ${typed(folder)} && ${manager.name} install
`)
      return isInstalled ? EXIT.done : EXIT.failed
    },
  })

const PROGRAM = fileURLToPath(new URL('../..', import.meta.url))

interface Choice {
  folder: string
  isWithHandlers: boolean
  program: string | undefined
}

/**
 * The files of the folder, by name. Files that npm never puts into a package, such as `.gitignore`, have another name in the
 * program.
 */
const ownFiles = ({ folder, isWithHandlers, program }: Choice): Record<string, string> => {
  const sample = (name: string): string => readFileSync(join(PROGRAM, 'own-folder', name), 'utf8')
  const settings = readFileSync(join(PROGRAM, '.env.example'), 'utf8')
  const schema = './node_modules/evergreen-messenger/bot.schema.json'
  return {
    'package.json': `${JSON.stringify(manifestFor(specOf(folder, program)), null, 2)}\n`,
    'bot.yaml': sampleScriptFor(schema),
    '.env.example': settings,
    '.gitignore': sample('gitignore'),
    'README.md': sample('README.md'),
    ...(isWithHandlers && {
      '.env': setVariables(settings, { BOT_HANDLERS: 'handlers.ts' }),
      'handlers.ts': sample('handlers.ts'),
      'tsconfig.json': sample('tsconfig.json'),
    }),
  }
}

/** Without a name and a version: the folder is never published. */
const manifestFor = (program: string): object => ({
  private: true,
  type: 'module',
  scripts: Object.fromEntries(
    Object.keys(COMMANDS)
      .filter((name) => name !== 'init')
      .map((name) => [name, name === 'start' ? START : `evergreen-messenger ${name}`]),
  ),
  dependencies: { [manifest.name]: program },
})

/** As in a checkout, without the environment variables of the C library, whose form not every shell accepts. */
const START = `node --max-semi-space-size=32 --expose-gc node_modules/${manifest.name}/bin/serve.js`

/** The specifier of the program for the manifest. npm resolves a path from the manifest's folder. */
const specOf = (folder: string, program: string | undefined): string => {
  if (program === undefined) return `^${manifest.version}`
  const [, path] = /^(?:file:)?(.+\.tgz)$/.exec(program) ?? []
  if (path === undefined || /^https?:/.test(program)) return program
  return `file:${relative(resolve(folder), resolve(path)).split(sep).join('/')}`
}

/** Files that other programs put into a new folder. */
const BESIDE: ReadonlySet<string> = new Set(['.git', '.DS_Store', 'Thumbs.db', 'desktop.ini'])

/** Writes the files, readable for this user only, because `.env` will hold secrets. */
const write = (folder: string, files: Record<string, string>): void => {
  const begun: string[] = []
  try {
    makeFolder(folder)
    const there = readdirSync(folder).filter((name) => !BESIDE.has(name))
    if (!there.every((name) => isLeft(folder, name, files))) {
      wrongUsage('The folder is there already, and is not empty.', 'Name another one; nothing was changed.')
    }
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name)
      begun.push(path)
      writeFileSync(path, text, { flag: there.includes(name) ? 'w' : 'wx' })
    }
  } catch (error) {
    // Another program has made the last file in this moment.
    if (codeOf(error) === 'EEXIST') begun.pop()
    // The folder was empty before, so that these are of this command, and the next try finds it empty.
    for (const path of begun) rmSync(path, { force: true })
    if (!(error instanceof Error && 'syscall' in error)) throw error
    const code = codeOf(error)
    if (code === 'EEXIST' || code === 'ENOTDIR')
      wrongUsage('The name, or a part of it, is that of a file.', 'Name another one; nothing was changed.')
    if (isDiskFull(error))
      throw new BotError('BOT_STORE_UNAVAILABLE', `The disk of ${folder} is full (${code}).`, {
        cause: error,
        remedy: 'Make room on it and run this again, or name a folder on another disk.',
      })
    wrongUsage(
      `The folder cannot be written (${code ?? 'unknown error'}).`,
      `Name one in a folder that you may write to: ${dirname(resolve(folder))}.`,
    )
  }
}

/** Whether a run that was cut off has left the file or folder. @param files - of a whole run */
const isLeft = (folder: string, name: string, files: Record<string, string>): boolean => {
  if (!Object.hasOwn(files, name)) return INSTALLED.has(name) && existsSync(join(folder, 'package.json'))
  try {
    return files[name]?.startsWith(readFileSync(join(folder, name), 'utf8')) === true
  } catch {
    // A folder of that name, or a file that this user may not read.
    return false
  }
}

/** What the package managers make. */
const INSTALLED: ReadonlySet<string> = new Set([
  'node_modules',
  'package-lock.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  '.yarn',
])

/** The folder, quoted for a shell. */
const typed = (folder: string): string =>
  /^[\w./\\:@%+,-]+$/.test(folder) ? folder : `"${folder.replaceAll(/["$`]/g, '\\$&')}"`

const nextSteps = (
  folder: string,
  { name, upgrade }: PackageManager,
  { isToInstall, program }: { isToInstall: boolean; program: string | undefined },
): string => `
Your bot is in ${folder}. bot.yaml holds what it says, README.md tells the rest.

  cd ${typed(folder)}${isToInstall ? `\n  ${name} install` : ''}
  npm run demo     a look at it, with no Facebook account and no settings
  npm start        the set-up in your browser, then the bot
  npm run doctor   what is in order, and what to do next

Upgrade: ${isTarball(program) ? `${name} ${name === 'npm' ? 'install' : 'add'} PATH_OF_THE_NEWER.tgz` : `${upgrade} ${manifest.name}`}
`

/** A tarball is not looked for again: `npm update` leaves it as it is. */
const isTarball = (program = ''): boolean => program.endsWith('.tgz')
