import { html, type Html } from '../web/html.ts'
import { buttonForm } from '../web/layout.ts'

/** The channels that alerts are sent to, besides the console. @param ways - their names; empty for none */
export const alertsCard = ({ csrf, ways }: { csrf: Html; ways: readonly string[] }): Html =>
  html`<section class="card" aria-labelledby="alerts-title">
    <h2 id="alerts-title">Alerts</h2>
    ${
      ways.length === 0
        ? html`<p>
            No alert is sent when the bot needs a person: set <code>ALERT_URL</code>, or
            <code>ALERT_MAIL_TO</code> and <code>SMTP_URL</code>.
          </p>`
        : html`<p>You are told by ${ways.join(' and ')}. See whether it arrives:</p>
            ${buttonForm('/operator/trial-alert', csrf, 'Send a trial alert')}`
    }
  </section>`

/** The result of a test alert; `problem` is one word or number, null for none. */
export const trialPage = (outcomes: readonly { name: string; problem: string | null }[]): Html =>
  html`<section class="card narrow" data-trial>
    <h1>Trial alert</h1>
    ${outcomes.map(({ name, problem }) =>
      problem === null
        ? html`<p class="outcome good">By ${name}: taken. Look whether it has arrived.</p>`
        : html`<p class="outcome bad">
            By ${name}: not taken (${problem}). Check ${SETTINGS[name] ?? 'its settings'}; the doctor looks at
            them, too.
          </p>`,
    )}
    <p><a class="button" href="/operator">Back to the overview</a></p>
  </section>`

const SETTINGS: Record<string, string> = {
  ALERT_URL: 'ALERT_URL',
  'e-mail': 'SMTP_URL, ALERT_MAIL_TO and ALERT_MAIL_FROM',
}
