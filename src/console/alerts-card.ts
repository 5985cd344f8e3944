import { CHANNELS } from '../alerts/channels/receivers.ts'
import { html, type Html } from '../web/html.ts'
import { buttonForm } from '../web/layout.ts'

export interface AlertsView {
  csrf: Html
  /** The names of the channels that are set up. */
  channels: readonly string[]
  /** Whether this person may send a trial alert. */
  mayAct: boolean
}

/** The channels for alerts besides the console, each with a button that sends a trial alert. */
export const alertsCard = ({ csrf, channels, mayAct }: AlertsView): Html =>
  html`<section class="card" aria-labelledby="alerts-title">
    <h2 id="alerts-title">Alerts</h2>
    ${
      channels.length === 0
        ? html`<p>No alert is sent when the bot needs a person. Set what one of these asks for:</p>
            <ul>
              ${CHANNELS.map(
                ({ name, settings }) =>
                  html`<li>
                    ${name}: ${settings.map((one, index) => html`${index > 0 && ' and '}<code>${one}</code>`)}
                  </li>`,
              )}
            </ul>`
        : html`<p>Alerts are sent by these channels.${mayAct && ' See whether one arrives:'}</p>
            <ul class="rows">
              ${channels.map(
                (name) =>
                  html`<li>
                    <span>${name}</span>
                    ${
                      mayAct &&
                      buttonForm(
                        '/operator/trial-alert',
                        csrf,
                        html`Send a trial alert<span class="sr"> by ${name}</span>`,
                        { fields: [['channel', name]] },
                      )
                    }
                  </li>`,
              )}
            </ul>`
    }
  </section>`

/** The result of a trial alert. @param problem - a code or an HTTP status; null for none */
export const trialPage = ({ name, check }: { name: string; check: string }, problem: string | null): Html =>
  html`<section class="card narrow" data-trial>
    <h1>Trial alert</h1>
    ${
      problem === null
        ? html`<p class="outcome good">By ${name}: taken. Look whether it has arrived.</p>`
        : html`<p class="outcome bad">By ${name}: not taken (${problem}). Check ${check}.</p>`
    }
    <p><a class="button" href="/operator">Back to the overview</a></p>
  </section>`
