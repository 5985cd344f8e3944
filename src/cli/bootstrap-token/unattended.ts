import { BotError } from '../../base/errors.ts'
import type { BootstrappedPage } from '../../token/finish.ts'
import type { BootstrapStep } from '../../token/steps.ts'
import { writeLines } from '../command.ts'
import { readToken } from './input.ts'
import { STRANGER, type Run } from './run.ts'

/** Runs the bootstrap without questions: the token comes from a pipe, from the environment or by a login. */
export const unattended = async (run: Run): Promise<BootstrappedPage[]> => {
  const { wanted, attempt, io } = run
  const userToken = await (wanted.login ? logInUnattended(run) : tokenWithoutAsking(run))
  const report = (step: BootstrapStep): void =>
    // With `--json`, warnings go to standard error, because the JSON has no field for them.
    wanted.json ? writeLines(io.stderr, ...warningLines(step)) : writeLines(io.stdout, ...stepLines(step))
  const pages = await attempt({ userToken, report })
  if (!wanted.json)
    writeLines(io.stdout, `Done: ${pages.map(({ name, id }) => `${name} (${id})`).join(', ')}.`)
  return pages
}

const tokenWithoutAsking = async ({ fromEnvironment, io: { stdin, stderr } }: Run): Promise<string> => {
  if (stdin.isTTY && !fromEnvironment) {
    throw new BotError('BOT_USAGE', 'There is no terminal to ask for the token in.', {
      remedy: 'Do not redirect the output, or pipe the token in. See --help.',
    })
  }
  return stdin.isTTY
    ? (fromEnvironment ?? '')
    : readToken({
        stdin,
        fromEnvironment,
        hint: () => writeLines(stderr, 'Waiting for the user token on standard input …'),
      })
}

/** Prints to standard error, because standard output is for the result. */
const logInUnattended = ({ logIn: ask, io: { stderr } }: Run): Promise<string> =>
  ask({
    show: (dialogUrl, hints) => writeLines(stderr, `Log in to Facebook: ${dialogUrl}`, ...hints),
    onStranger: () => writeLines(stderr, STRANGER),
  })

/** The lines for a step; none for a failure, which ends the command and is reported there. */
const stepLines = (step: BootstrapStep): string[] => {
  if (step.status === 'done') return [`✔ ${step.text}`]
  if (step.status === 'skipped') return [`- ${step.text}`]
  return warningLines(step)
}

const warningLines = ({ status, text }: BootstrapStep): string[] => (status === 'warned' ? [`! ${text}`] : [])
