import type { Sandbox } from './server.ts'

/** Writes what is wrong with the bot's answers to webhooks, once for each problem, and that they are right again. */
export const tellProblems = (
  { bus }: { bus: Pick<Sandbox['bus'], 'watch'> },
  write: (line: string) => void,
): void => {
  let told: string | null = null
  bus.watch((event) => {
    if (event.type !== 'state' || event.state.webhook.problem === told) return
    told = event.state.webhook.problem
    write(told === null ? 'The bot takes its webhooks again.' : `The bot does not take its webhooks. ${told}`)
  })
}
