import type { Bot } from '../../src/handlers/bot.ts'
import { runChain } from '../../src/handlers/chain.ts'
import type { Runner } from '../../src/handlers/run.ts'

/** Runs handlers right here, so that a test can look into them. */
export const inProcess = (bot: unknown, signal = new AbortController().signal): Runner => {
  const { definition } = bot as Bot
  return {
    wants: (kind) => definition.handlers.some(({ kinds }) => kinds === null || kinds.has(kind)),
    run: (job) => runChain(definition, { ...job, id: 1 }, signal),
  }
}
