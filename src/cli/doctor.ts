import { statfs } from 'node:fs/promises'
import manifest from '../../package.json' with { type: 'json' }
import { systemClock } from '../base/clock.ts'
import { configWarnings } from '../base/config-warnings.ts'
import { withDotEnv, type Env } from '../base/config.ts'
import { envFileIn } from '../base/dot-env-file.ts'
import { BotError } from '../base/errors.ts'
import { fitCommands, surroundingsOf } from '../cures/surroundings.ts'
import { createCleaner } from '../doctor/clean.ts'
import { openContext, tokensIn } from '../doctor/context.ts'
import { allChecks } from '../doctor/doctor.ts'
import { createOutside } from '../doctor/outside.ts'
import { runChecks, type Result } from '../doctor/run.ts'
import { readSettings, secretsOf } from '../doctor/settings.ts'
import { dataDirHolder } from '../store/sqlite/data-dir.ts'
import { jsonLine } from '../terminal/terminal-text.ts'
import { command, EXIT, wrongUsage, type Io } from './command.ts'
import { createPlainReport, createScreenReport } from './doctor/report.ts'

export const doctor = command({
  name: 'doctor',
  about: `Checks every link of the chain from a visitor's message to the bot's answer, and says what to do.
Changes nothing; works while the bot runs and while it does not.`,
  usage: [
    ['npm run doctor', 'one line for each check'],
    ['npm run --silent doctor -- --json', 'for scripts'],
  ],
  options: { json: { type: 'boolean', harmless: true, about: 'print one JSON object' } },
  exit: '0 no check failed, 1 a check failed, 2 wrong usage.',
  noPlain: () => wrongUsage('It takes options only.'),
  run: async ({ values }, io) => {
    const results = await examine(io, values.json === true)
    const isWell = results.every(({ status }) => status !== 'failure')
    if (values.json === true) {
      io.stdout.write(`${jsonLine({ ok: isWell, checks: results.map(toJson) })}\n`)
    }
    return isWell ? EXIT.done : EXIT.failed
  },
})

/** If `.env` cannot be read, the other settings can still be checked. */
const readEnvironment = (given: Env): { env: Env; trouble: BotError | null } => {
  try {
    return { env: withDotEnv(given), trouble: null }
  } catch (error) {
    if (error instanceof BotError) return { env: given, trouble: error }
    throw error
  }
}

const examine = async ({ env: given, stdout }: Io, isSilent: boolean): Promise<Result[]> => {
  const { env, trouble } = readEnvironment(given)
  const settings = readSettings(env, trouble, trouble === null ? configWarnings(given) : [])
  const context = await openContext({
    settings,
    clock: systemClock,
    outside: createOutside({ proxies: settings.values }),
    node: { version: process.versions.node, least: manifest.engines.node.replace('>=', '') },
    envFile: envFileIn(given),
    holder: dataDirHolder,
    freeBytes: async (dir) => {
      const { bavail, bsize } = await statfs(dir)
      return bavail * bsize
    },
  })
  const surroundings = surroundingsOf(given)
  const report = isSilent ? null : stdout.isTTY ? createScreenReport(stdout) : createPlainReport(stdout)
  const clean = createCleaner([...secretsOf(env, settings), ...tokensIn(context)])
  try {
    const results = await runChecks({
      checks: allChecks(context, settings),
      settings,
      clock: systemClock,
      clean: (text) => fitCommands(clean(text), surroundings),
      ...(report && { onStart: report.start, onResult: report.result }),
    })
    report?.end(results)
    return results
  } finally {
    await context.close()
  }
}

const toJson = ({ id, pageId, title, status, what, next }: Result) => ({
  id,
  pageId,
  title,
  status,
  what,
  next,
})
