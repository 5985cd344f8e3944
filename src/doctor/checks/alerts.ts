import type { Config } from '../../base/config.ts'
import { tryMailServer } from '../../alerts/channels/mail.ts'
import { check, type Check } from '../check.ts'
import { failure, ok, warning, type Finding } from '../finding.ts'

const SETTINGS = ['ALERT_URL', 'ALERT_MAIL_TO', 'ALERT_MAIL_FROM', 'SMTP_URL'] as const

type Settings = Pick<Config, (typeof SETTINGS)[number]>

const MAIL_TIMEOUT_MS = 8000

/** Whether alerts would reach the operator. Nothing is sent. */
export const alertChecks = (): Check[] => [
  check({
    id: 'alerts',
    section: 'The operator',
    title: 'Alerts',
    settings: SETTINGS,
    run: checkAlerts,
  }),
]

const checkAlerts = async (settings: Settings): Promise<Finding> => {
  const { ALERT_URL: url, ALERT_MAIL_TO: to, ALERT_MAIL_FROM: from, SMTP_URL: smtpUrl } = settings
  const ways = url === undefined ? [] : [`posted to ${new URL(url).hostname}`]
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
    : warning(
        'no alert is sent when the bot needs a person: only the log says so',
        'Set ALERT_URL, or ALERT_MAIL_TO and SMTP_URL.',
      )
}
