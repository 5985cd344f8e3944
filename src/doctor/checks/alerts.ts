import { tryMailServer } from '../../alerts/channels/mail.ts'
import { receiversIn, WAYS_TO_BE_TOLD, type Receiver } from '../../alerts/channels/receivers.ts'
import type { Config } from '../../base/settings.ts'
import { check, type Check } from '../check.ts'
import type { DoctorContext } from '../context.ts'
import { failure, ok, warning, type CheckResult } from '../check-result.ts'

const SETTINGS = [
  'ALERT_URL',
  'ALERT_NTFY_URL',
  'ALERT_TELEGRAM_TO',
  'TELEGRAM_BOT_TOKEN',
  'ALERT_PUSHOVER_TO',
  'PUSHOVER_TOKEN',
  'ALERT_MAIL_TO',
  'ALERT_MAIL_FROM',
  'SMTP_URL',
] as const

type Settings = Pick<Config, (typeof SETTINGS)[number]>

const MAIL_TIMEOUT_MS = 8000

/** Whether alerts would reach the operator. Nothing is sent. */
export const alertChecks = (context: Pick<DoctorContext, 'outside'>): Check[] => [
  check({
    id: 'alerts',
    section: 'The operator',
    title: 'Alerts',
    settings: SETTINGS,
    run: (settings) => checkAlerts(settings, context),
  }),
]

const checkAlerts = async (
  settings: Settings,
  context: Pick<DoctorContext, 'outside'>,
): Promise<CheckResult> => {
  const receivers = receiversIn(settings)
  const looked = await Promise.all(receivers.map((one) => lookAt(one, settings, context)))
  const refused = looked.find((finding) => finding !== null)
  if (refused) return refused
  const ways = receivers.map(({ place }) => place(settings))
  const { ALERT_MAIL_TO: to, ALERT_MAIL_FROM: from, SMTP_URL: smtpUrl } = settings
  if (to !== undefined && smtpUrl !== undefined) {
    const host = new URL(smtpUrl).host
    const problem = await tryMailServer({ smtpUrl, to, from, timeoutMs: MAIL_TIMEOUT_MS })
    if (problem !== null) {
      return failure(
        `the mail server ${host} does not let us in (${problem})`,
        'Check SMTP_URL: host, port, user name and password (escaped), and smtps:// for port 465.',
      )
    }
    ways.push(`mailed to ${to} by ${host}`)
  }
  return ways.length > 0
    ? ok(ways.join('; '))
    : warning('no alert is sent when the bot needs a person: only the log says so', WAYS_TO_BE_TOLD)
}

/** @returns null if the receiver would take an alert, as far as it tells */
const lookAt = async (
  { name, settings: names, look, check: see }: Receiver,
  settings: Settings,
  { outside }: Pick<DoctorContext, 'outside'>,
): Promise<CheckResult | null> => {
  const call = look(settings)
  if (call === null) return null
  const { url, post, headers = {} } = call
  const answer = await outside.fetch(url, {
    method: post === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(post && { 'content-type': 'application/json' }) },
    ...(post && { body: JSON.stringify(post) }),
  })
  if (answer.status !== null && answer.status < 300) return null
  const problem = answer.status === null ? answer.code : `HTTP ${answer.status}`
  return failure(`${name} would take no alert (${problem})`, `Check ${names.join(' and ')}: ${see}.`)
}
