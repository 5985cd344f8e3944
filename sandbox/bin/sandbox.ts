import { endWithGrace } from '../src/end-with-grace.ts'
import { bringCertificates, type Certificates } from '../src/reach/certificates.ts'
import { isLoopback } from '../src/reach/names.ts'
import { keepState } from '../src/keep-state.ts'
import { createSandbox, type Sandbox } from '../src/server.ts'
import { BadSnapshot } from '../src/snapshot/codec.ts'
import { createStateFile, UnreadableState } from '../src/state-file.ts'
import { tellProblems } from '../src/tell-problems.ts'
import { readArguments, USAGE, WrongUsage, type SandboxPlan } from '../src/arguments.ts'

const main = async (): Promise<void> => {
  let plan: SandboxPlan | null
  try {
    plan = readArguments(process.argv.slice(2), process.env)
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error
    // Not the whole usage, which would push the reason off the screen.
    process.stderr.write(`${error.message}\nSee: npm run sandbox -- --help\n`)
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
  let certificates: Certificates | null = null
  try {
    saved = (await file?.load()) ?? null
    certificates = plan.tls && (await bringCertificates(plan.tls.folder, namesOf(plan)))
    sandbox = await createSandbox({
      ...plan.options,
      ...(plan.tls && certificates && { tls: { certificates, port: plan.tls.port } }),
      ...(saved !== null && { world: saved }),
    })
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
  endWithGrace({ delay: 5000 }, async () => {
    await endKeeping?.()
    await sandbox.close()
  })
  tellProblems(sandbox, (line) => process.stderr.write(`${line}\n`))
  process.stdout.write(welcome(sandbox, plan, { isOld: saved !== null, certificates }))
}

/** The host names for the certificate. */
const namesOf = ({ options }: SandboxPlan): string[] => [
  ...(options.hostNames ?? []),
  ...(options.publicUrl === undefined ? [] : [new URL(options.publicUrl).hostname.replace(/^\[|\]$/g, '')]),
]

type ListenError = Error & { code?: string; port?: number }

const reasonOf = (error: ListenError, { options, stateFile, tls }: SandboxPlan): string => {
  const isTls = error.port !== undefined && error.port === tls?.port
  if (error.code === 'EADDRINUSE')
    return isTls
      ? `Port ${tls.port} is taken; try --tls-port 0.`
      : `Port ${options.port} is taken; try --port 0.`
  if (error.code === 'EACCES' && isTls)
    return `Port ${tls.port} is for the administrator alone; start as one, or leave --tls-port out and use the proxy.`
  if (error instanceof BadSnapshot || error instanceof UnreadableState) {
    return `${error.message} To begin anew, move ${stateFile} away.`
  }
  if (error.code === 'EISDIR')
    return `${stateFile} is a folder; name a file in it: --state ${stateFile}/world.json.`
  return error.message
}

const welcome = (
  sandbox: Sandbox,
  { options, stateFile }: SandboxPlan,
  { isOld, certificates }: { isOld: boolean; certificates: Certificates | null },
): string => {
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
${secondBot(sandbox, options)}${unchanged(sandbox, certificates)}
A short-lived user token, as the Graph API Explorer gives one (another: POST /sandbox/user-token):

  ${sandbox.userToken()}

List the Pages and their tokens, then subscribe the Page; from then on its webhooks arrive:

  curl '${origin}/v25.0/me/accounts?access_token=USER_TOKEN'
  curl -X POST '${origin}/v25.0/${page?.id ?? 'PAGE_ID'}/subscribed_apps?subscribed_fields=messages,messaging_postbacks&access_token=PAGE_TOKEN'

docs/sandbox.md tells the rest. Ctrl-C ends it; ${stateFile === null ? 'nothing stays behind' : 'the world stays in its file'}.
`
}

const secondBot = (sandbox: Sandbox, { otherApps = [] }: SandboxPlan['options']): string => {
  const second = sandbox.world.apps.get(otherApps[0]?.id ?? '')
  if (!second) return ''
  const { id, secret, subscription } = second
  return `
Give the second bot, on the same origin:

  FB_APP_ID=${id}
  FB_APP_SECRET=${secret}
  FB_VERIFY_TOKEN=${subscription?.verifyToken ?? '(it has no webhook yet: --second-webhook URL)'}
  a user token: ${sandbox.userToken({ appId: id })}
`
}

/** The settings for clients with https://graph.facebook.com in their code. */
const unchanged = ({ origin, httpsPort }: Sandbox, certificates: Certificates | null): string => {
  if (!certificates || httpsPort === null) return ''
  const { hostname, port } = new URL(origin)
  const [ca, bundle] = [inShell(certificates.caFile), inShell(certificates.bundleFile)]
  const hosts =
    httpsPort === 443
      ? `or in /etc/hosts  ${isLoopback(hostname) ? '127.0.0.1' : hostname} graph.facebook.com www.facebook.com`
      : 'or by the hosts file: start with --tls-port 443'
  return `
A client that knows https://graph.facebook.com alone reaches it unchanged, over a proxy or the hosts file,
once it trusts this sandbox's certificate (TLS on port ${httpsPort}; docs/sandbox/ has a page for each language):

  as a proxy        HTTPS_PROXY=${origin}
  ${hosts}

  Node    NODE_USE_ENV_PROXY=1 NODE_EXTRA_CA_CERTS=${ca}
  Python  REQUESTS_CA_BUNDLE=${bundle} SSL_CERT_FILE=${bundle}
  PHP     php -d curl.cainfo=${bundle} -d openssl.cafile=${bundle}
  Ruby    http_proxy=${origin} SSL_CERT_FILE=${bundle}
  Go, C#  SSL_CERT_FILE=${bundle}
  Java    keytool -importcert -noprompt -alias sandbox -file ${ca} -keystore sandbox.p12 -storepass sandbox
          java -Dhttps.proxyHost=${hostname} -Dhttps.proxyPort=${port} -Djavax.net.ssl.trustStore=sandbox.p12 -Djavax.net.ssl.trustStorePassword=sandbox
`
}

/** A path as a line for a shell holds it. */
const inShell = (path: string): string =>
  /^[\w/.,+@%:-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`

/** A full disk or a closed pipe behind the output must not end the sandbox, whose work is done over HTTP. */
const heedOutputErrors = () => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    process.stderr.write(`The output could not be written (${error.code ?? error.message}).\n`)
    process.exitCode = 1
  })
  process.stderr.on('error', () => {})
}

heedOutputErrors()
await main()
