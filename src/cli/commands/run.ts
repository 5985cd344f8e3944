import { BotError } from '../../base/errors.ts'

/** Runs a command to its exit code: 0 done, 1 failed, 2 wrong usage. */
export const runCommand = async (main: () => Promise<number>): Promise<void> => {
  try {
    process.exitCode = await main()
  } catch (error) {
    const known = error instanceof BotError
    process.exitCode = known && error.code === 'BOT_USAGE' ? 2 : 1
    console.error(known ? error.message : error)
    if (known && error.remedy !== undefined) console.error(error.remedy)
  }
}

/** @throws BotError `BOT_USAGE` */
export const wrongUsage = (what: string): never => {
  throw new BotError('BOT_USAGE', what.replace(/\p{Cc}+/gu, ' ').slice(0, 200), { remedy: 'See --help.' })
}
