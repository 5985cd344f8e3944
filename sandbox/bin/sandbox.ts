import closeWithGrace from 'close-with-grace'
import { isLoopback } from '../src/control/guard.ts'
import { keepState } from '../src/keep-state.ts'
import { createSandbox, type Sandbox } from '../src/server.ts'
import { BadSnapshot } from '../src/snapshot/codec.ts'
import { createStateFile, UnreadableState } from '../src/state-file.ts'
import { readArguments, USAGE, WrongUsage, type SandboxPlan } from '../src/arguments.ts'

const main = async (): Promise<void> => {
  let plan: SandboxPlan | null
  try {
    plan = readArguments(process.argv.slice(2), process.env)
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error
    process.stderr.write(`${error.message}\n\n${USAGE}`)
    process.exitCode = 2
    return
  }
  if (plan === null) {
    process.stdout.write(USAGE)
    return
  }
  const file = plan.stateFile === null ? null : createStateFile(plan.stateFile)
  let sandbox: Sandbox
  let saved: unknown = null
  try {
    saved = (await file?.load()) ?? null
    sandbox = await createSandbox({ ...plan.options, ...(saved !== null && { world: saved }) })
  } catch (error) {
    process.stderr.write(`The sandbox could not start. ${reasonOf(error as Error, plan)}\n`)
    process.exitCode = 1
    return
  }
  if (plan.askedAppId !== null && plan.askedAppId !== sandbox.appId) {
    await sandbox.close()
    process.stderr.write(
      `${plan.stateFile} is the world of app ${sandbox.appId}; leave --app-id out, or name another file.\n`,
    )
    process.exitCode = 2
    return
  }
  const endKeeping =
    file &&
    keepState(sandbox, file, (error) =>
      process.stderr.write(`The world could not be saved. ${error.message}\n`),
    )
  closeWithGrace({ delay: 5000 }, async () => {
    await endKeeping?.()
    await sandbox.close()
  })
  process.stdout.write(welcome(sandbox, plan, saved !== null))
}

const reasonOf = (error: Error & { code?: string }, { options, stateFile }: SandboxPlan): string => {
  if (error.code === 'EADDRINUSE') return `Port ${options.port} is taken; try --port 0.`
  if (error instanceof BadSnapshot || error instanceof UnreadableState) {
    return `${error.message} To begin anew, move ${stateFile} away.`
  }
  return error.message
}

const welcome = (sandbox: Sandbox, { options, stateFile }: SandboxPlan, isOld: boolean): string => {
  const { origin, appId, appSecret } = sandbox
  const [page] = sandbox.world.pages.values()
  const subscription = sandbox.world.apps.get(appId)?.subscription
  const webhook =
    subscription?.callbackUrl ??
    'none yet: start again with --webhook URL, or POST to /{app-id}/subscriptions'
  const open = isLoopback(options.host ?? '')
    ? 'Only this machine can reach it.'
    : `Attention: everybody who can reach ${options.host} can use it.`
  const kept =
    stateFile === null
      ? ''
      : `  The world is ${isOld ? 'the one of' : 'kept in'} ${stateFile}, tokens included\n`
  return `
Facebook is running on this machine. ${open}

  Chat page      ${origin}/
  Webhooks go to ${webhook}
${kept}
Give your bot:

  FB_GRAPH_URL=${origin}
  FB_LOGIN_URL=${origin}
  FB_APP_ID=${appId}
  FB_APP_SECRET=${appSecret}
  FB_VERIFY_TOKEN=${subscription?.verifyToken ?? options.verifyToken}

A short-lived user token, as the Graph API Explorer gives one (another: POST /sandbox/user-token):

  ${sandbox.userToken()}

List the Pages and their tokens, then subscribe the Page; from then on its webhooks arrive:

  curl '${origin}/v25.0/me/accounts?access_token=USER_TOKEN'
  curl -X POST '${origin}/v25.0/${page?.id ?? 'PAGE_ID'}/subscribed_apps?subscribed_fields=messages,messaging_postbacks&access_token=PAGE_TOKEN'

docs/sandbox.md tells the rest. Ctrl-C ends it; ${stateFile === null ? 'nothing stays behind' : 'the world stays in its file'}.
`
}

await main()
