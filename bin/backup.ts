import { loadConfig, withDotEnv } from '../src/base/config.ts'
import { BotError } from '../src/base/errors.ts'
import { backUp } from '../src/store/backup.ts'

const USAGE = `Copies tokens and database as they are at this moment, while the bot runs or not.

  npm run backup -- FOLDER   a folder that is empty or not there yet

To restore: stop the bot, put the files into an empty DATA_DIR, start the bot. docs/operations.md tells the rest.
Exit code: 0 done, 1 failed, 2 wrong usage.
`

const main = async (): Promise<void> => {
  const [to, ...more] = process.argv.slice(2)
  if (to === '--help' || to === '-h') return void process.stdout.write(USAGE)
  if (to === undefined || to.startsWith('-') || more.length > 0) {
    throw new BotError('BOT_USAGE', 'Name one folder.', { remedy: USAGE })
  }
  const { DATA_DIR: dir } = loadConfig(withDotEnv(process.env), ['DATA_DIR'])
  const files = await backUp(dir, to)
  console.log(
    files.length === 0 ? `There is nothing in ${dir} yet.` : `Done: ${files.join(' and ')} in ${to}.`,
  )
}

try {
  await main()
} catch (error) {
  if (!(error instanceof BotError)) throw error
  console.error([error.message, error.remedy].filter(Boolean).join('\n'))
  process.exitCode = error.code === 'BOT_USAGE' ? 2 : 1
}
