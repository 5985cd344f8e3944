import { constants } from 'node:fs'
import { access, lstat, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { durationToTheSecond } from '../../base/times.ts'
import { exposureOf } from '../../base/config-warnings.ts'
import { lacksAll } from '../../base/config.ts'
import { BotError } from '../../base/errors.ts'
import { systemClock } from '../../base/clock.ts'
import { checkHandlers } from '../../handlers/process.ts'
import { inspectDatabase } from '../../store/sqlite/inspect.ts'
import { lastBackupMs } from '../../store/backup.ts'
import { assertRestored, databaseIn } from '../../store/sqlite/data-dir.ts'
import { check, type Check } from '../check.ts'
import { judgeBacklog } from './backlog.ts'
import { checkServer } from './server.ts'
import type { DoctorContext } from '../context.ts'
import { failure, ok, warning, type CheckResult } from '../check-result.ts'
import type { ReadSettings } from '../settings.ts'
import { plural } from '../../base/numbers.ts'
import { bytes } from '../words.ts'

const SECTION = 'This machine'
const MANY_BYTES = 1e9
const FEW_BYTES = 100e6
const OLD_BACKUP_MS = 7 * 24 * 60 * 60_000

/** The checks of the machine that the bot runs on. */
export const machineChecks = (context: DoctorContext, settings: ReadSettings): Check[] => [
  check({ id: 'node', section: SECTION, title: 'Node.js', run: () => checkNode(context) }),
  check({
    id: 'configuration',
    section: SECTION,
    title: 'Configuration',
    run: () => checkSettings(settings, context),
  }),
  check({
    id: 'script',
    section: SECTION,
    title: 'Script',
    settings: ['BOT_SCRIPT'],
    run: ({ BOT_SCRIPT }) => checkScript(BOT_SCRIPT, context),
  }),
  ...(settings.values.BOT_HANDLERS === undefined ? [] : [HANDLERS]),
  check({
    id: 'data-folder',
    section: SECTION,
    title: 'Data folder',
    settings: ['DATA_DIR'],
    run: ({ DATA_DIR }) => checkFolder(DATA_DIR, context),
  }),
  check({
    id: 'database',
    section: SECTION,
    title: 'Database',
    settings: ['DATA_DIR', 'DATABASE_URL'],
    after: ['data-folder'],
    run: ({ DATA_DIR }) =>
      context.server === null
        ? checkDatabase(DATA_DIR, context)
        : checkServer(context.server, DATA_DIR, context),
  }),
  check({
    id: 'backup',
    section: SECTION,
    title: 'Backup',
    settings: ['DATA_DIR'],
    after: ['data-folder'],
    run: ({ DATA_DIR }) => checkBackup(DATA_DIR, context),
  }),
  check({
    id: 'bot',
    section: SECTION,
    title: 'The bot',
    settings: ['DATA_DIR', 'HOST', 'PORT'],
    after: ['data-folder'],
    run: ({ DATA_DIR, HOST, PORT }) => checkBot(DATA_DIR, HOST, PORT, context),
  }),
]

const HANDLERS = check({
  id: 'handlers',
  section: SECTION,
  title: 'Handlers',
  settings: ['BOT_HANDLERS'],
  run: async ({ BOT_HANDLERS: file = '' }) => {
    await checkHandlers(file, systemClock)
    return ok(`${file} loads`)
  },
})

const checkNode = ({ node: { version, least } }: DoctorContext): CheckResult =>
  version.localeCompare(least, 'en', { numeric: true }) >= 0
    ? ok(version)
    : failure(`${version} is too old: at least ${least} is needed`, `Install Node.js ${least} or newer.`)

const checkSettings = (
  { values, refusal, warnings }: ReadSettings,
  { envFile }: DoctorContext,
): CheckResult => {
  const [first] = warnings
  if (refusal) {
    const cause = first === undefined ? '' : `; ${first.what}. ${first.next}`
    const remedy = refusal.remedy ?? 'See .env.example, which explains each.'
    return failure(
      `${listed(refusal)}${cause}`,
      lacksAll(refusal) ? `\`npm run setup\` leads through it in the browser. Or by hand: ${remedy}` : remedy,
    )
  }
  const exposure = exposureOf(envFile)
  if (exposure !== null) return warning(exposure.what, exposure.next)
  if (first !== undefined) return warning(first.what, first.next)
  return ok(`app ${values.FB_APP_ID}, Graph ${values.FB_GRAPH_VERSION}; every value can be used`)
}

const checkScript = async (file: string, context: DoctorContext): Promise<CheckResult> => {
  try {
    const scripts = await context.scripts(file)
    const told = scripts
      .all()
      .map(
        ({ name, script }, n) =>
          `${n === 0 ? file : name}, ${plural(script.replies.size, 'reply', 'replies')}`,
      )
    return ok(told.join('; '))
  } catch (error) {
    if (!(error instanceof BotError)) throw error
    return failure(
      listed(error),
      `${error.remedy ?? `Correct ${file}.`} A running bot keeps the last good version until then.`,
    )
  }
}

/** The lines below the heading of an error message, joined. */
const listed = ({ message }: BotError): string => {
  const [heading = '', ...points] = message.split('\n')
  return points.length > 0 ? points.map((point) => point.trim().replace(/\.$/, '')).join('; ') : heading
}

const checkFolder = async (dir: string, { freeBytes }: DoctorContext): Promise<CheckResult> => {
  const facts = await stat(dir).catch((error: unknown) => error as NodeJS.ErrnoException)
  if (facts instanceof Error) return facts.code === 'ENOENT' ? checkParent(dir) : unusable(dir, facts.code)
  if (!facts.isDirectory()) return unusable(dir, 'it is not a folder')
  const user = process.getuid?.()
  if (user === 0 && facts.uid !== user) {
    return warning(
      `${dir} belongs to another user (uid ${facts.uid}) than the one this runs as (uid 0)`,
      'Run the doctor as the user the bot runs as; the results below may be wrong for that user.',
    )
  }
  const isOthers = user !== undefined && facts.uid !== user
  if (!(await mayWrite(dir))) {
    return isOthers
      ? failure(
          `${dir} belongs to user ${facts.uid}, and this user (uid ${user}) may not write there`,
          `chown -R ${user}:${process.getgid?.() ?? user} ${resolve(dir)}`,
        )
      : unusable(dir, 'this user may not write there')
  }
  const free = await freeBytes(dir)
  if (free < FEW_BYTES) {
    return failure(
      `only ${bytes(free)} are free on the disk of ${dir}`,
      'Make room: without it no webhook can be accepted.',
    )
  }
  if (isOthers) return ok(`${dir}, of user ${facts.uid} and writable for this one, ${bytes(free)} free`)
  if ((facts.mode & 0o077) !== 0) {
    const mode = (facts.mode & 0o777).toString(8).padStart(4, '0')
    return warning(`other users may look into ${dir} (mode ${mode})`, `chmod 700 ${dir}`)
  }
  if (free < MANY_BYTES) return warning(`${bytes(free)} are free on the disk of ${dir}`, 'Make room soon.')
  return ok(`${dir}, for its owner alone, ${bytes(free)} free`)
}

const checkParent = async (dir: string): Promise<CheckResult> => {
  if (!(await isAbsent(dir))) return unusable(dir, 'it is a symbolic link whose target is missing')
  let parent = dirname(resolve(dir))
  while (parent !== dirname(parent) && (await isAbsent(parent))) parent = dirname(parent)
  return (await mayWrite(parent))
    ? ok(`${dir} is made at the first start`)
    : unusable(dir, 'it is not there, and this user may not make it')
}

const isAbsent = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => false,
    () => true,
  )

const mayWrite = (path: string): Promise<boolean> =>
  access(path, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )

const unusable = (dir: string, why: string | undefined): CheckResult =>
  failure(
    `${dir} cannot be used: ${why ?? 'unknown error'}`,
    'Give DATA_DIR a folder that the user of the bot may write to.',
  )

const absentDatabase = (dir: string): CheckResult => {
  try {
    assertRestored(dir)
    return ok('none yet; it is made at the first start')
  } catch (error) {
    if (!(error instanceof BotError)) throw error
    return failure(error.message, error.remedy ?? '')
  }
}

const checkDatabase = (dir: string, { clock, holder }: DoctorContext): CheckResult => {
  const running = holder(dir) !== null
  const file = databaseIn(dir)
  const found = inspectDatabase(file, running)
  switch (found.status) {
    case 'absent':
      return absentDatabase(dir)
    case 'damaged':
      return failure(
        `${file} is damaged: ${found.why}`,
        'Stop the bot and restore the backup ("Back up and restore" in docs/operations.md).',
      )
    case 'newer':
      return failure(
        `${file} was written by a newer Evergreen (version ${found.version}; this one knows ${found.known})`,
        'Start the newer release again, or restore the backup made before the upgrade.',
      )
    case 'unreadable':
      return failure(
        `${file} cannot be read: ${found.why}`,
        'Make sure that it is a file of the user the bot runs as.',
      )
    case 'sound':
      return judgeBacklog(
        `${found.whole ? 'sound' : 'its queues are sound'}, ${bytes(found.bytes)}`,
        found,
        running,
        clock.now(),
      )
  }
}

const checkBackup = async (dir: string, { clock, server }: DoctorContext): Promise<CheckResult> => {
  if (server !== null) return ok('the database is backed up as the server is; see docs/several-machines.md')
  const nowMs = clock.now()
  const lastMs = await lastBackupMs(dir)
  const next = '`npm run backup -- FOLDER` copies it while the bot runs; deploy/ has a timer for every night.'
  if (lastMs !== null) {
    const said = `the last one is ${durationToTheSecond(nowMs - lastMs)} old`
    return nowMs - lastMs < OLD_BACKUP_MS ? ok(said) : warning(said, next)
  }
  const file = await stat(databaseIn(dir)).catch(() => null)
  // A bot that was set up recently needs no backup yet.
  return file === null || nowMs - file.birthtimeMs < OLD_BACKUP_MS
    ? ok('none yet')
    : warning(`there is none of ${dir}`, next)
}

const checkBot = async (
  dir: string,
  host: string,
  port: number,
  { holder, outside, server }: DoctorContext,
): Promise<CheckResult> => {
  const who = holder(dir)
  if (who === null) {
    const on = server === null ? 'this data folder' : 'this database'
    return warning(`it does not run on ${on}`, 'npm start, or start its service')
  }
  if (port === 0) return ok(`${who} runs; PORT=0, so its address is in its log alone`)
  const origin = localOrigin(host, port)
  const answer = await outside.fetch(`${origin}/readyz`)
  if (answer.status === 200) return ofItself(`${who} runs at ${origin} and is ready`, answer.text)
  if (answer.status === 503) {
    return failure(
      `${who} runs, but cannot store webhooks`,
      `See "BOT_STORE_UNAVAILABLE" in its log; ${server === null ? 'make room on the disk' : 'see that the PostgreSQL server of DATABASE_URL takes writes'}.`,
    )
  }
  const what = answer.status === null ? answer.code : `HTTP ${answer.status}`
  return warning(
    `${who} runs, but ${origin} does not answer as the bot does (${what})`,
    'If HOST or PORT were changed since its start, restart it.',
  )
}

/** Findings that only a running bot has; the doctor checks the others itself in more detail. */
const KNOWN_TO_THE_BOT: Partial<Record<string, string>> = {
  silent: 'no webhooks come, which is unusual',
  script: 'the script in the file has mistakes, and an older version speaks',
  refused: 'Facebook refused replies, which are dead letters',
  person: 'visitors wait for a person',
  graph: 'Facebook does not answer its calls',
  behind: 'replies wait for longer than they should',
}

/** The result for the bot's own findings in the body of /readyz. */
const ofItself = (what: string, readyz: string): CheckResult => {
  const words = findingKinds(readyz).flatMap((kind) => KNOWN_TO_THE_BOT[kind] ?? [])
  return words.length === 0
    ? ok(what)
    : warning(
        `${what}; it says of itself: ${[...new Set(words)].join('; ')}`,
        'The console shows each with what to do; so does "Alerts and cures" in docs/operations.md.',
      )
}

const findingKinds = (readyz: string): string[] => {
  try {
    const { findings } = JSON.parse(readyz) as { findings?: { kind: string }[] }
    return (findings ?? []).map(({ kind }) => String(kind))
  } catch {
    return []
  }
}

/** The origin under which a server that listens on `host` answers on this machine. */
export const localOrigin = (host: string, port: number): string => {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}
