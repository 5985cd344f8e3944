import { check, type Check } from '../check.ts'
import { ok, warning, type Finding } from '../finding.ts'

/** Whether somebody hears of it when a person is needed. */
export const alertChecks = (): Check[] => [
  check({
    id: 'alerts',
    section: 'The operator',
    title: 'Alerts',
    settings: ['ALERT_URL'],
    run: ({ ALERT_URL }) => checkAlerts(ALERT_URL),
  }),
]

const checkAlerts = (url: string | undefined): Finding =>
  url === undefined
    ? warning('nobody is told when the bot needs a person: only the log says so', 'Set ALERT_URL.')
    : ok(`posted to ${new URL(url).hostname}`)
