import { CHANNELS } from '../alerts/channels/receivers.ts'
import { html, type Html } from '../web/html.ts'
import { buttonForm } from '../web/layout.ts'

/** The channels that alerts are sent to, besides the console, each with its trial. @param channels - their names */
export const alertsCard = ({ csrf, channels }: { csrf: Html; channels: readonly string[] }): Html =>
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
        : html`<p>You are told by these channels. See whether an alert arrives:</p>
            <ul class="rows">
              ${channels.map(
                (name) =>
                  html`<li>
                    <span>${name}</span>
                    ${buttonForm(
                      '/operator/trial-alert',
                      csrf,
                      html`Send a trial alert<span class="sr"> by ${name}</span>`,
                      {
                        fields: [['channel', name]],
                      },
                    )}
                  </li>`,
              )}
            </ul>`
    }
  </section>`

/** The result of a trial alert. @param problem - one word or number, null for none */
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
