import { BotError } from '../../base/errors.ts'
import { NEEDED_SCOPES } from '../../channel/messenger.ts'
import type { BootstrapOptions } from '../../token/bootstrap.ts'
import type { BootstrappedPage } from '../../token/finish.ts'
import { tokenSource } from '../../token/token-source.ts'
import type { Output } from '../command.ts'
import { GivenUp, STRANGER, type Run, type Settings } from './run.ts'
import { createScreen, type Screen } from './screen.ts'

/** Runs the bootstrap in a terminal and asks again after an unusable answer. @throws GivenUp when the operator stops it */
export const inTerminal = async (run: Run, output: Output): Promise<BootstrappedPage[]> => {
  const { settings, store, io } = run
  const screen = createScreen(output, io.stdin)
  const interrupted = Promise.withResolvers<never>()
  io.onInterrupt(() => interrupted.reject(new GivenUp()))

  screen.open({
    appId: settings.FB_APP_ID,
    version: settings.FB_GRAPH_VERSION,
    keptIn: run.keptIn,
    encrypted: settings.TOKEN_KEY !== undefined,
  })
  const choose = async (...[pages]: Parameters<NonNullable<BootstrapOptions['choose']>>): Promise<string[]> =>
    demand(
      await screen.choosePages(
        pages,
        store.pages().map(({ pageId }) => pageId),
      ),
    )
  const attempt = (userToken: string) => run.attempt({ userToken, choose, report: screen.step })
  const going = run.fromEnvironment
    ? withGivenToken(run.fromEnvironment, screen, attempt)
    : run.wanted.login
      ? logInUntilGood(run, screen, attempt)
      : askUntilGood(settings, screen, attempt)
  try {
    const pages = await Promise.race([going, interrupted.promise])
    screen.done(pages, run.keptIn)
    return pages
  } finally {
    screen.stop()
  }
}

type Attempt = (userToken: string) => Promise<BootstrappedPage[]>

const withGivenToken = (userToken: string, screen: Screen, attempt: Attempt): Promise<BootstrappedPage[]> => {
  screen.note('Using the user token in FB_USER_TOKEN.')
  return attempt(userToken)
}

/** Repeats the login while a permission is missing. */
const logInUntilGood = async (run: Run, screen: Screen, attempt: Attempt): Promise<BootstrappedPage[]> => {
  for (;;) {
    const userToken = await run.logIn({
      show: (dialogUrl, hints) => {
        screen.explainLogin(dialogUrl, hints)
        screen.wait('Waiting for your browser')
      },
      onStranger: () => screen.note(STRANGER),
    })
    try {
      return await attempt(userToken)
    } catch (error) {
      if (!(error instanceof BotError) || error.code !== 'BOT_USER_TOKEN_SCOPE_MISSING') throw error
      screen.refused(error.message, 'Log in again, and leave every permission ticked.')
    }
  }
}

/** Asks for the token again while it cannot be used, because a wrong one is easily copied. */
const askUntilGood = async (
  settings: Settings,
  screen: Screen,
  attempt: Attempt,
): Promise<BootstrappedPage[]> => {
  const { url, isFacebook } = tokenSource(settings)
  if (isFacebook) screen.explainToken(url, NEEDED_SCOPES)
  else screen.explainSandbox(url)
  for (;;) {
    try {
      return await attempt(demand(await screen.askToken()))
    } catch (error) {
      if (!(error instanceof BotError) || !error.code.startsWith('BOT_USER_TOKEN_')) throw error
      screen.refused(error.message, error.remedy)
    }
  }
}

const demand = <Answer>(answer: Answer | null): Answer => {
  if (answer === null) throw new GivenUp()
  return answer
}
