import type { Config } from '../../base/settings.ts'
import type { Graph } from '../../graph/graph.ts'
import { dialogUrl, redeemCode } from '../../token/login-dialog.ts'
import { openBrowser } from './browser.ts'
import { openReceiver } from './receiver.ts'

export interface LoginOptions {
  graph: Pick<Graph, 'exchangeCode'>
  settings: Pick<Config, 'FB_APP_ID' | 'FB_GRAPH_VERSION' | 'FB_LOGIN_URL'>
  env: NodeJS.ProcessEnv
  /** Whether a person may be sitting at this machine's screen. */
  mayOpenBrowser: boolean
  show: (dialogUrl: string, hints: readonly string[]) => void
  onStranger: () => void
}

const TIMEOUT_MS = 10 * 60_000

/**
 * A user token by a login in the operator's browser.
 *
 * @throws BotError that says why there is no token, and what to do
 */
export const logIn = async (options: LoginOptions): Promise<string> => {
  const { graph, settings, env, mayOpenBrowser, show, onStranger } = options
  const { redirectUri, state, code } = await openReceiver({ timeoutMs: TIMEOUT_MS, onStranger })
  const url = dialogUrl({
    loginUrl: settings.FB_LOGIN_URL,
    version: settings.FB_GRAPH_VERSION,
    appId: settings.FB_APP_ID,
    redirectUri,
    state,
  })
  show(url, hintsFor(redirectUri, env))
  if (mayOpenBrowser) openBrowser(url, env)
  return redeemCode(graph, { code: await code, redirectUri })
}

const hintsFor = (redirectUri: string, env: NodeJS.ProcessEnv): string[] => {
  const { port } = new URL(redirectUri)
  return [
    "Tick every Page of this bot in Facebook's dialog: a login replaces what you granted before.",
    `Facebook comes back to ${redirectUri}, which it allows while the app is in development mode. For a live app use the console's "Continue with Facebook".`,
    ...(env['SSH_CONNECTION']
      ? [`Your browser is elsewhere? Connect with "ssh -L ${port}:localhost:${port} ..." first.`]
      : []),
  ]
}
