import { durationToTheSecond } from '../../base/times.ts'
import { WEBHOOK_FIELDS } from '../../channel/messenger.ts'
import { isSameAddress, pageSubscription } from '../../token/app-webhook.ts'
import { GraphError } from '../../graph/error.ts'
import { endOfVersion, NEWEST_VERSION } from '../../graph/versions.ts'
import { isJsonObject, parseJson, type Json } from '../../base/json.ts'
import { certificateTrouble } from '../../base/certificate.ts'
import { isConfidential } from '../../base/config.ts'
import { isProxied, type Proxies } from '../../outgoing/proxies.ts'
import { check, type Check } from '../check.ts'
import { GRAPH_SETTINGS, type DoctorContext } from '../context.ts'
import { failure, ok, warning, type CheckResult } from '../check-result.ts'
import { plural } from '../../base/numbers.ts'
import { reasonOf } from '../words.ts'

const SECTION = 'Facebook'
/** A smaller difference is ignored: the `Date` header has whole seconds, and the answer takes some time. */
const SKEW_MS = 30_000
/** With a larger difference, certificates and messaging windows are judged wrongly. */
const BAD_SKEW_MS = 5 * 60_000

/** Whether Facebook can be reached and knows this app. */
export const facebookChecks = (context: DoctorContext): Check[] => [
  check({
    id: 'proxy',
    section: SECTION,
    title: 'Proxy',
    settings: ['FB_GRAPH_URL', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'],
    run: ({ FB_GRAPH_URL, ...proxies }) => checkProxy(FB_GRAPH_URL, proxies, context),
  }),
  check({
    id: 'graph',
    section: SECTION,
    title: 'Graph API',
    settings: ['FB_GRAPH_URL', 'FB_GRAPH_VERSION'],
    run: ({ FB_GRAPH_URL, FB_GRAPH_VERSION }) => checkGraph(`${FB_GRAPH_URL}/${FB_GRAPH_VERSION}/`, context),
  }),
  check({
    id: 'clock',
    section: SECTION,
    title: 'Clock',
    settings: ['FB_GRAPH_URL', 'FB_GRAPH_VERSION'],
    after: ['graph'],
    run: ({ FB_GRAPH_URL, FB_GRAPH_VERSION }) => checkClock(`${FB_GRAPH_URL}/${FB_GRAPH_VERSION}/`, context),
  }),
  check({
    id: 'app',
    section: SECTION,
    title: 'App',
    settings: GRAPH_SETTINGS,
    after: ['graph'],
    run: ({ FB_APP_ID }) => checkApp(FB_APP_ID, context),
  }),
  check({
    id: 'version',
    section: SECTION,
    title: 'Version',
    settings: GRAPH_SETTINGS,
    after: ['app'],
    run: ({ FB_GRAPH_VERSION }) => checkVersion(FB_GRAPH_VERSION, context),
  }),
  check({
    id: 'app-subscription',
    section: SECTION,
    title: 'App webhook',
    settings: [...GRAPH_SETTINGS, 'PUBLIC_URL'],
    after: ['app'],
    run: ({ PUBLIC_URL }) => checkAppSubscription(PUBLIC_URL, context),
  }),
]

/** The result of a check whose Graph call failed. */
export const graphTrouble = (error: unknown, next: string): CheckResult => {
  if (!(error instanceof GraphError)) throw error
  return error.retryable
    ? failure(reasonOf(error), 'Try again in a few minutes; if it stays so, look at metastatus.com.')
    : failure(reasonOf(error), error.remedy ?? next)
}

const checkProxy = (graphUrl: string, proxies: Proxies, { outside }: DoctorContext): CheckResult => {
  const { host } = new URL(graphUrl)
  const proxy = outside.proxyFor(graphUrl)
  if (proxy !== null) return ok(`${host} is reached by way of ${proxy}`)
  return ok(
    isProxied(proxies)
      ? `${host} is reached without the proxy, as NO_PROXY or the kind of the address wants it`
      : 'none is set (HTTP_PROXY, HTTPS_PROXY)',
  )
}

const checkGraph = async (url: string, { outside }: DoctorContext): Promise<CheckResult> => {
  const answer = await outside.fetch(url)
  const { origin, host } = new URL(url)
  if (answer.status === null) {
    const certificate = certificateTrouble(answer.code)
    if (certificate) return failure(`${host}: ${certificate.what} (${answer.code})`, certificate.remedy)
    const proxy = outside.proxyFor(url)
    return failure(
      `${host} cannot be reached${proxy === null ? '' : ` by way of the proxy ${proxy}`} (${answer.code})`,
      proxy === null
        ? `See that this machine may open connections to ${origin}; a firewall or FB_GRAPH_URL may be wrong, or only a proxy leads out: set HTTPS_PROXY to its address.`
        : `See that the proxy is right (HTTPS_PROXY, HTTP_PROXY), runs, and lets this machine reach ${origin}; NO_PROXY names the hosts that are reached without it.`,
    )
  }
  // Without token and path Graph answers with an error of its own, which proves that it was reached.
  if (isGraph(answer.text)) {
    return isConfidential(origin)
      ? ok(`${host} answers`)
      : warning(
          `${host} answers, but without https: tokens and the app secret can be read on their way`,
          'Leave FB_GRAPH_URL unset for Facebook itself; only a sandbox in another container is a reason for plain http.',
        )
  }
  return answer.status >= 500
    ? failure(
        `${host} answers with HTTP ${answer.status}`,
        'Wait: it is an outage. metastatus.com tells more.',
      )
    : failure(
        `${host} answers (HTTP ${answer.status}), but not like the Graph API`,
        'Leave FB_GRAPH_URL unset for Facebook itself, and see whether a proxy stands in between.',
      )
}

const isGraph = (text: string): boolean => {
  let body: Json
  try {
    body = parseJson(text)
  } catch {
    return false
  }
  return isJsonObject(body) && isJsonObject(body['error'])
}

const checkClock = async (url: string, { outside, clock }: DoctorContext): Promise<CheckResult> => {
  const askedMs = clock.now()
  const answer = await outside.fetch(url)
  const date = answer.status === null ? undefined : answer.headers['date']
  const theirsMs = typeof date === 'string' ? Date.parse(date) : Number.NaN
  if (Number.isNaN(theirsMs)) return ok('Graph does not tell its time; not compared')
  const oursMs = (askedMs + clock.now()) / 2
  const skewMs = Math.abs(oursMs - theirsMs)
  if (skewMs < SKEW_MS) return ok('agrees with Facebook’s')
  const what = `${durationToTheSecond(skewMs)} ${oursMs > theirsMs ? 'ahead of' : 'behind'} Facebook’s`
  const next = 'Let the system keep the time: timedatectl set-ntp true'
  return skewMs < BAD_SKEW_MS
    ? warning(what, next)
    : failure(`${what}: 24-hour windows and certificates are judged wrongly`, next)
}

const checkApp = async (appId: string, context: DoctorContext): Promise<CheckResult> => {
  try {
    await context.appSubscriptions()
    return ok(`Facebook accepts the id and secret of app ${appId}`)
  } catch (error) {
    return graphTrouble(
      error,
      'Compare FB_APP_ID and FB_APP_SECRET with App dashboard > App settings > Basic.',
    )
  }
}

const checkVersion = (asked: string, { otherVersion, clock }: DoctorContext): CheckResult => {
  const next = `Set FB_GRAPH_VERSION=${NEWEST_VERSION}, the newest that this release knows, and restart the bot.`
  const ran = otherVersion()
  if (ran !== null) return warning(`Graph runs ${ran} instead of ${asked}, which has expired`, next)
  const end = endOfVersion(asked)
  if (end === null) return ok(`${asked} is in service`)
  const leftMs = Date.parse(end) - clock.now()
  return leftMs > END_IS_NEAR_MS
    ? ok(`${asked} is in service until ${end}`)
    : warning(
        `${asked} is in service until ${end}; after that Facebook runs the calls on another version`,
        next,
      )
}

const END_IS_NEAR_MS = 90 * 24 * 3_600_000

const checkAppSubscription = async (
  publicUrl: string | undefined,
  context: DoctorContext,
): Promise<CheckResult> => {
  const url = publicUrl === undefined ? null : `${publicUrl}/webhook`
  const page = pageSubscription(await context.appSubscriptions())
  const next = `${url === null ? 'Set PUBLIC_URL and run' : 'Run'} npm run bootstrap-token, or enter it in App dashboard > Messenger > Settings > Webhooks: callback URL ${url ?? 'https://your.address/webhook'}, your FB_VERIFY_TOKEN, all fields.`
  if (page === undefined || page.url === null)
    return failure('Facebook has no address for this app’s webhooks', next)
  if (url !== null && !isSameAddress(page.url, url)) {
    return failure(`Facebook sends this app’s webhooks to ${page.url}, not to ${url}`, next)
  }
  if (!page.isActive) return failure(`Facebook has switched off the webhooks to ${page.url}`, next)
  const missing = WEBHOOK_FIELDS.filter((field) => !page.fields.includes(field))
  if (missing.includes('messages'))
    return failure(`Facebook sends no messages to ${page.url}: the field is not subscribed`, next)
  if (missing.length > 0) return warning(`subscribed, but without ${missing.join(', ')}`, next)
  return ok(`goes to ${page.url}, ${plural(page.fields.length, 'field')}`)
}
