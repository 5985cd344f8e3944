import { createHmac, randomBytes, randomInt } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import type { BotErrorCode } from '../../base/errors.ts'
import { check, type Check } from '../check.ts'
import type { DoctorContext } from '../context.ts'
import { failure, ok, skipped, warning, type CheckResult } from '../check-result.ts'
import type { HttpAnswer, Unreached } from '../outside.ts'
import { isoDay } from '../words.ts'
import { localOrigin } from './machine.ts'

const SECTION = 'From outside in'
const DAY_MS = 86_400_000
/** Certificates should be renewed a month before they expire, so one that expires this soon was not renewed. */
const EXPIRES_SOON_MS = 14 * DAY_MS

/** Whether Facebook's callbacks arrive, tried through the public address. */
export const callbackChecks = (context: DoctorContext): Check[] => [
  check({
    id: 'address',
    section: SECTION,
    title: 'Address',
    settings: ['PUBLIC_URL', 'FB_GRAPH_URL'],
    run: ({ PUBLIC_URL, FB_GRAPH_URL }) => checkAddress(PUBLIC_URL, FB_GRAPH_URL, context),
  }),
  check({
    id: 'certificate',
    section: SECTION,
    title: 'Certificate',
    settings: ['PUBLIC_URL', 'FB_GRAPH_URL'],
    after: ['address'],
    run: ({ PUBLIC_URL, FB_GRAPH_URL }) =>
      PUBLIC_URL === undefined ? UNSET : checkCertificate(new URL(PUBLIC_URL), FB_GRAPH_URL, context),
  }),
  check({
    id: 'verification',
    section: SECTION,
    title: 'Verification',
    settings: ['PUBLIC_URL', 'FB_VERIFY_TOKEN'],
    after: ['address', 'certificate'],
    run: ({ PUBLIC_URL, FB_VERIFY_TOKEN }) =>
      PUBLIC_URL === undefined ? UNSET : checkVerification(PUBLIC_URL, FB_VERIFY_TOKEN, context),
  }),
  check({
    id: 'stranger',
    section: SECTION,
    title: 'Stranger',
    settings: ['PUBLIC_URL'],
    after: ['verification'],
    run: ({ PUBLIC_URL }) => (PUBLIC_URL === undefined ? UNSET : checkStranger(PUBLIC_URL, context)),
  }),
  check({
    id: 'callback',
    section: SECTION,
    title: 'Test callback',
    settings: ['PUBLIC_URL', 'FB_APP_SECRET', 'HOST', 'PORT'],
    after: ['verification'],
    run: ({ PUBLIC_URL, FB_APP_SECRET, HOST, PORT }) =>
      PUBLIC_URL === undefined
        ? UNSET
        : checkCallback(PUBLIC_URL, FB_APP_SECRET, PORT === 0 ? null : localOrigin(HOST, PORT), context),
  }),
  check({
    id: 'forgery',
    section: SECTION,
    title: 'Forgery',
    settings: ['PUBLIC_URL'],
    after: ['verification'],
    run: ({ PUBLIC_URL }) => (PUBLIC_URL === undefined ? UNSET : checkForgery(PUBLIC_URL, context)),
  }),
]

const UNSET = skipped('PUBLIC_URL is not set')

const checkAddress = async (
  publicUrl: string | undefined,
  graphUrl: string,
  { outside }: DoctorContext,
): Promise<CheckResult> => {
  if (publicUrl === undefined) {
    return warning(
      'PUBLIC_URL is not set, so the doctor cannot test whether Facebook reaches the bot',
      'Set PUBLIC_URL to the https address Facebook calls, such as https://bot.example.com',
    )
  }
  const { hostname, protocol } = new URL(publicUrl)
  const host = hostname.replace(/^\[|\]$/g, '')
  const proxy = outside.proxyFor(publicUrl)
  let addresses: string[]
  try {
    addresses = isIP(host) > 0 ? [host] : await outside.resolve(host)
  } catch {
    // A machine behind a proxy often cannot resolve names of the internet.
    if (proxy !== null) return ok(`${host} is looked up by the proxy ${proxy}`)
    return failure(
      `there is no DNS entry for ${host}`,
      `Add an A or AAAA record for ${host}, or correct PUBLIC_URL.`,
    )
  }
  if (!isFacebook(graphUrl)) return ok(`${publicUrl} (${addresses.join(', ')})`)
  if (protocol !== 'https:') {
    return failure(
      `${publicUrl} is not https; Facebook calls nothing else`,
      'Put an https proxy in front (docs/operations.md) and set PUBLIC_URL to it.',
    )
  }
  if (addresses.every(isPrivate)) {
    return warning(
      `here ${host} is ${addresses.join(', ')}, which only your own network reaches`,
      `Ask a public DNS whether ${host} has a public address there; Facebook will.`,
    )
  }
  return ok(`${host} is ${addresses.join(', ')}`)
}

const isFacebook = (graphUrl: string): boolean => new URL(graphUrl).hostname === 'graph.facebook.com'

const checkCertificate = async (
  url: URL,
  graphUrl: string,
  { outside, clock }: DoctorContext,
): Promise<CheckResult> => {
  if (url.protocol !== 'https:')
    return ok(isFacebook(graphUrl) ? 'none' : 'none needed: no Facebook, but a sandbox')
  const proxy = outside.proxyFor(url.href)
  // The checks after this one go through the proxy and fail on an untrusted certificate.
  if (proxy !== null) return ok(`not seen from here: calls go by way of the proxy ${proxy}`)
  const facts = await outside
    .certificate(url.hostname, Number(url.port || 443))
    .catch((error: Error) => error)
  if (facts instanceof Error) {
    return failure(
      `${url.host} cannot be reached for a TLS handshake (${facts.message})`,
      'See that the proxy runs and that ports 443 and 80 are open to the world.',
    )
  }
  if (facts.problem !== null) {
    const [what, next] = CERTIFICATES[facts.problem] ?? [`is not trusted (${facts.problem})`, GET_ONE]
    return failure(`the certificate ${what}`, next)
  }
  const leftMs = facts.expiresMs - clock.now()
  return leftMs < EXPIRES_SOON_MS
    ? warning(
        `the certificate expires on ${isoDay(facts.expiresMs)}`,
        'See why it was not renewed: systemctl status certbot.timer, or the log of Caddy.',
      )
    : ok(`by ${facts.issuer}, until ${isoDay(facts.expiresMs)}`)
}

const GET_ONE =
  'Get one that browsers trust, such as from Let’s Encrypt (certbot, or Caddy which does it by itself).'

/** OpenSSL's codes of faults for which Facebook refuses a certificate, too. */
const CERTIFICATES: Record<string, [what: string, next: string]> = {
  CERT_HAS_EXPIRED: ['has expired', 'Renew it (certbot renew), and reload the proxy.'],
  CERT_NOT_YET_VALID: ['is not valid yet', 'Compare the clocks of this machine and of the one that made it.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['signs itself, which Facebook refuses', GET_ONE],
  SELF_SIGNED_CERT_IN_CHAIN: ['comes from an authority of your own, which Facebook refuses', GET_ONE],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'comes without the one between it and its authority, or from an unknown authority',
    'Give the proxy the full chain (fullchain.pem, not cert.pem), and reload it.',
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['comes from an unknown authority', GET_ONE],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'is for another name',
    'Get one for exactly the name in PUBLIC_URL, or correct PUBLIC_URL.',
  ],
}

const checkVerification = async (
  publicUrl: string,
  verifyToken: string,
  context: DoctorContext,
): Promise<CheckResult> => {
  const challenge = String(randomInt(1e9, 2e9))
  const answer = await verify(publicUrl, verifyToken, challenge, context)
  if (answer.status === 200 && answer.text === challenge) return ok('the bot answers Facebook’s verification')
  if (answer.status === 200) {
    return failure(
      `${publicUrl}/webhook answers, but not as the bot does`,
      'Something else serves that address: pass /webhook on to the bot.',
    )
  }
  if (answer.status === 403 && answer.text.includes(REFUSED)) {
    return failure(
      'the bot there has another verify token than FB_VERIFY_TOKEN',
      'Restart the bot if FB_VERIFY_TOKEN was changed; enter the same text in the App dashboard.',
    )
  }
  return unreached(answer, publicUrl)
}

/** The code in the bot's own 403, by which it differs from a 403 of a firewall in front of the bot. */
const REFUSED: BotErrorCode = 'BOT_VERIFICATION_FAILED'

const checkStranger = async (publicUrl: string, context: DoctorContext): Promise<CheckResult> => {
  const answer = await verify(publicUrl, randomBytes(12).toString('hex'), '1', context)
  // After many tries the bot answers 429, which is a refusal, too.
  if (answer.status === 403 || answer.status === 429)
    return ok('a verification with another token is refused')
  if (answer.status !== 200) return unreached(answer, publicUrl)
  return failure(
    'a verification with any token is answered',
    `Something in front of the bot answers ${publicUrl}/webhook by itself: pass everything on to the bot.`,
  )
}

const verify = (publicUrl: string, token: string, challenge: string, { outside }: DoctorContext) => {
  const query = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.challenge': challenge,
    'hub.verify_token': token,
  })
  return outside.fetch(`${publicUrl}/webhook?${query.toString()}`)
}

/** A callback without events: it tests address and signature, and nothing is stored. */
const NOTHING = '{"object":"page","entry":[]}'

const checkCallback = async (
  publicUrl: string,
  appSecret: string,
  local: string | null,
  context: DoctorContext,
): Promise<CheckResult> => {
  const signature = `sha256=${createHmac('sha256', appSecret).update(NOTHING).digest('hex')}`
  const post = (origin: string) => deliver(`${origin}/webhook`, context, signature)
  const answer = await post(publicUrl)
  if (answer.status === 200) return ok('a signed callback comes through')
  if (answer.status === 503) {
    return failure(
      'the bot cannot store webhooks at the moment',
      context.server === null
        ? 'Make room on the disk of DATA_DIR, or make it writable.'
        : 'See that the PostgreSQL server of DATABASE_URL runs and takes writes.',
    )
  }
  if (answer.status !== 401 && answer.status !== 429) return unreached(answer, publicUrl)
  const isChangedOnTheWay = local !== null && (await post(local)).status === 200
  return isChangedOnTheWay
    ? failure(
        'a signed callback is refused by way of the proxy alone: it changes the body or drops X-Hub-Signature-256',
        'Let the proxy pass body and headers on unchanged.',
      )
    : failure(
        'the bot there has another app secret than FB_APP_SECRET: it refuses callbacks that are signed with it',
        'Restart the bot if FB_APP_SECRET was changed; compare it with App dashboard > App settings > Basic.',
      )
}

const checkForgery = async (publicUrl: string, context: DoctorContext): Promise<CheckResult> => {
  const answer = await deliver(`${publicUrl}/webhook`, context)
  if (answer.status === 401 || answer.status === 429) return ok('a callback without a signature is refused')
  if (answer.status !== 200) return unreached(answer, publicUrl)
  return failure(
    'a callback without a signature is accepted: any client could write in a visitor’s name',
    `What answers at ${publicUrl}/webhook is not this bot: remove it, or correct PUBLIC_URL.`,
  )
}

const deliver = (
  url: string,
  { outside }: DoctorContext,
  signature?: string,
): Promise<HttpAnswer | Unreached> =>
  outside.fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(signature !== undefined && { 'x-hub-signature-256': signature }),
    },
    body: NOTHING,
  })

const unreached = (answer: HttpAnswer | Unreached, publicUrl: string): CheckResult => {
  const where = `${publicUrl}/webhook`
  if (answer.status === null) {
    return failure(
      `${where} cannot be reached (${answer.code})`,
      'See that the proxy and the bot run, and that a firewall lets the world in.',
    )
  }
  if (answer.status >= 300 && answer.status < 400) {
    return failure(
      `${where} redirects (HTTP ${answer.status}); Facebook does not follow`,
      'Set PUBLIC_URL, and the callback URL in the App dashboard, to the address it leads to.',
    )
  }
  if (answer.status === 404) {
    return failure(
      `there is nothing at ${where} (HTTP 404)`,
      'Let the proxy pass /webhook on to HOST and PORT of the bot.',
    )
  }
  if (answer.status === 502 || answer.status === 504) {
    return failure(
      `the proxy does not reach the bot (HTTP ${answer.status})`,
      'Start the bot, and compare the address in the proxy with HOST and PORT.',
    )
  }
  return failure(
    `${where} answers with HTTP ${answer.status}`,
    'See what stands in front of the bot: login pages, bot protection and the like must let /webhook through.',
  )
}

const isPrivate = (address: string): boolean =>
  PRIVATE.check(address, address.includes(':') ? 'ipv6' : 'ipv4')

const PRIVATE = new BlockList()
for (const [net, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv6')
