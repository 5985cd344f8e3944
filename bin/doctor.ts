import { statfs } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import manifest from '../package.json' with { type: 'json' }
import { systemClock } from '../src/base/clock.ts'
import { withDotEnv, type Env } from '../src/base/config.ts'
import { createCleaner } from '../src/doctor/clean.ts'
import { openContext, tokensIn } from '../src/doctor/context.ts'
import { allChecks } from '../src/doctor/doctor.ts'
import { createOutside } from '../src/doctor/outside.ts'
import { runChecks, type Result } from '../src/doctor/run.ts'
import { readSettings, secretsOf } from '../src/doctor/settings.ts'
import { BotError } from '../src/base/errors.ts'
import { dataDirHolder } from '../src/store/sqlite/data-dir.ts'
import { createPlainReport, createScreenReport } from '../src/cli/doctor/report.ts'

const USAGE = `Checks every link of the chain from a visitor's message to the bot's answer, and says what to do.
Changes nothing; works while the bot runs and while it does not.

  npm run doctor
  npm run doctor -- --json   one JSON object, for scripts
  npm run doctor -- --help   this text

Exit code: 0 nothing failed, 1 something did, 2 wrong usage.
`

const EXIT = { well: 0, failed: 1, usage: 2 }

const main = async (): Promise<number> => {
  const wanted = readArguments(process.argv.slice(2))
  if (wanted === null) {
    process.stderr.write(`There is no such option.\n\n${USAGE}`)
    return EXIT.usage
  }
  if (wanted.help) {
    process.stdout.write(USAGE)
    return EXIT.well
  }
  const results = await examine(wanted.json)
  const isWell = results.every(({ status }) => status !== 'failure')
  if (wanted.json) process.stdout.write(`${JSON.stringify({ ok: isWell, checks: results.map(toJson) })}\n`)
  return isWell ? EXIT.well : EXIT.failed
}

const readArguments = (args: string[]): { json: boolean; help: boolean } | null => {
  try {
    const { values } = parseArgs({
      args,
      options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
    return { json: values.json ?? false, help: values.help ?? false }
  } catch {
    return null
  }
}

/** Without a .env that cannot be read the rest can still be checked. */
const readEnvironment = (): { env: Env; trouble: BotError | null } => {
  try {
    return { env: withDotEnv(process.env), trouble: null }
  } catch (error) {
    if (error instanceof BotError) return { env: process.env, trouble: error }
    throw error
  }
}

const examine = async (isSilent: boolean): Promise<Result[]> => {
  const { env, trouble } = readEnvironment()
  const settings = readSettings(env, trouble)
  const context = await openContext({
    settings,
    clock: systemClock,
    outside: createOutside(),
    node: { version: process.versions.node, least: manifest.engines.node.replace('>=', '') },
    envFile: '.env',
    holder: dataDirHolder,
    freeBytes: async (dir) => {
      const { bavail, bsize } = await statfs(dir)
      return bavail * bsize
    },
  })
  const { stdout } = process
  const report = isSilent ? null : stdout.isTTY ? createScreenReport(stdout) : createPlainReport(stdout)
  try {
    const results = await runChecks({
      checks: allChecks(context, settings),
      settings,
      clock: systemClock,
      clean: createCleaner([...secretsOf(env, settings), ...tokensIn(context)]),
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

process.exitCode = await main()
// The operator's handlers were loaded, and may have begun something that does not end.
setTimeout(() => process.exit(), 500).unref()
