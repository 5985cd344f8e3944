import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BotError } from '../src/base/errors.ts'
import { DEMO_VARIABLE } from '../src/base/dot-env-file.ts'

/** The file by which `npm run demo:repair` finds a running demo and its settings. */
export interface DemoNote {
  /** The sandbox's port, which identifies the demo. */
  port: number
  /** Address of the sandbox. */
  sandbox: string
  /** The settings of the demo's bot that a command beside it needs. */
  settings: Record<(typeof SETTINGS)[number], string>
}

/** Prefix of the name of a demo's folder. The rest is random, so no other user can create the folder first. */
export const DEMO_FOLDER = 'evergreen-demo-'

const SETTINGS = [
  'FB_APP_ID',
  'FB_APP_SECRET',
  'FB_VERIFY_TOKEN',
  'FB_GRAPH_URL',
  'FB_LOGIN_URL',
  'DATA_DIR',
  'BOT_SCRIPT',
  DEMO_VARIABLE,
] as const
const FILE = 'note.json'

/** @param folder - the demo's folder, made by `mkdtemp` with mode 0700 */
export const leaveNote = (folder: string, { port, sandbox, settings }: DemoNote): void => {
  const note: DemoNote = { port, sandbox, settings: known(settings) }
  writeFileSync(join(folder, FILE), JSON.stringify(note), { mode: 0o600, flag: 'wx' })
}

/** The note of the demo on that sandbox port. @throws BotError if none runs */
export const needNote = (port: number): DemoNote => {
  const note = findNote(port)
  if (note !== null) return note
  throw noDemo(port)
}

export const noDemo = (port: number, options: ErrorOptions = {}): BotError =>
  new BotError('BOT_ROUTE_UNKNOWN', `No demo runs on port ${port}.`, {
    ...options,
    remedy: 'Start one with: npm run demo',
  })

/**
 * The note of the demo on that sandbox port; null for none. The newest one is taken, because a killed demo leaves its note. All
 * users share the temporary folder, so only folders are read that belong to this user and that no other user can change.
 */
export const findNote = (port: number, root = tmpdir()): DemoNote | null => {
  const folders = readdirSync(root)
    .filter((name) => name.startsWith(DEMO_FOLDER))
    .map((name) => join(root, name))
    .filter(isPrivateFolder)
    .toSorted((a, b) => lstatSync(b).mtimeMs - lstatSync(a).mtimeMs)
  for (const folder of folders) {
    const note = readNote(join(folder, FILE))
    if (note?.port === port) return note
  }
  return null
}

const isPrivateFolder = (path: string): boolean => {
  const facts = lstatSync(path, { throwIfNoEntry: false })
  return facts !== undefined && facts.isDirectory() && isPrivate(facts)
}

/** On Windows, Node tells no user and no mode, but the temporary folder there belongs to one user. */
const isPrivate = ({ uid, mode }: { uid: number; mode: number }): boolean => {
  const user = process.getuid?.()
  return user === undefined || (uid === user && (mode & 0o077) === 0)
}

const readNote = (path: string): DemoNote | null => {
  let fd: number | undefined
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const facts = fstatSync(fd)
    if (!facts.isFile() || !isPrivate(facts)) return null
    const { port, sandbox, settings } = JSON.parse(readFileSync(fd, 'utf8')) as DemoNote
    return { port, sandbox, settings: known(settings) }
  } catch {
    return null
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/**
 * Only known settings are passed on to a process's environment, because a variable such as `NODE_OPTIONS` could run any program.
 */
const known = (settings: DemoNote['settings']): DemoNote['settings'] => {
  const all: Record<string, string> = settings
  return Object.fromEntries(SETTINGS.map((name) => [name, String(all[name])])) as DemoNote['settings']
}
