import type { Sandbox } from './server.ts'

/** Writes what is wrong with the bot and what to do, once for each problem, and that it is over. */
export const tellProblems = (
  { bus }: { bus: Pick<Sandbox['bus'], 'watch'> },
  write: (line: string) => void,
): void => {
  let told: string | null = null
  bus.watch((event) => {
    if (event.type !== 'state' || event.state.webhook.problem === told) return
    told = event.state.webhook.problem
    write(`Webhook: ${told ?? 'all is well again.'}`)
  })
}
