import { WEBHOOK_FIELDS } from '../channel/messenger.ts'
import { copyable } from '../web/copyable.ts'
import { html, NOT_FILLED, type Html, type HtmlValue } from '../web/html.ts'
import { buttonForm } from '../web/layout.ts'
import { withCommands } from '../web/words.ts'
import { STEPS, type SetupView, type SetupStep } from './setup.ts'

/** The reason why a step failed. */
export interface StepProblem {
  what: string
  remedy: string | null
}

interface Shown {
  csrf: Html
  view: SetupView
  problem: StepProblem | null
}

export const TITLES: Record<SetupStep, string> = {
  app: 'Which app is it?',
  address: 'Where does Facebook reach it?',
  operator: 'Who may look after it?',
  start: 'All settings are written',
}

/** The page for a browser that has not sent the code yet. */
export const codePage = (csrf: Html, problem: StepProblem | null): Html =>
  html`<section class="card narrow">
    <h1>This bot is not set up yet</h1>
    ${refusal(problem)}
    <form method="post" action="/setup/code" class="stack">
      ${csrf}
      <label for="code">Set-up code</label>
      <input
        id="code"
        name="code"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        required
        autofocus
        aria-describedby="hint"
      />
      <button class="button primary">Begin</button>
    </form>
    <p id="hint" class="hint">The terminal in which the bot was started shows the code.</p>
  </section>`

/** @param typed - typed values that are shown again; never a secret */
export const stepPage = (
  step: SetupStep,
  shown: Shown,
  typed: { appId?: string; publicUrl?: string } = {},
): Html =>
  html`<section class="card narrow" data-step="${step}">
    <p><small>Set-up, step ${STEPS.indexOf(step) + 1} of ${STEPS.length}</small></p>
    <h1>${TITLES[step]}</h1>
    ${refusal(shown.problem)} ${BODIES[step](shown, typed)}
  </section>`

/** The page that is shown while the bot takes over the port. */
export const startedPage = (console: string): Html =>
  html`<section class="card narrow" data-step="started">
    <h1>The bot is starting</h1>
    <p>It takes webhooks from now on. In a moment you can sign in to its console and connect your Page.</p>
    <p class="buttons"><a class="button primary" href="${console}">Open the console</a></p>
  </section>`

const refusal = (problem: StepProblem | null): HtmlValue =>
  problem !== null &&
  html`<div class="outcome bad" role="alert">
    <p>${problem.what}</p>
    ${problem.remedy !== null && html`<p><b>To do:</b> ${withCommands(problem.remedy)}</p>`}
  </div>`

const appStep = ({ csrf, view }: Shown, { appId = view.appId ?? '' }: { appId?: string }): Html =>
  html`<p>
      Make an app at
      <a href="https://developers.facebook.com/apps" rel="noreferrer" target="_blank"
        >developers.facebook.com/apps</a
      >
      (use case <i>Other</i>, type <i>Business</i>), and add the products Messenger and Facebook Login. Its id
      and secret are under App settings, Basic.
    </p>
    <form method="post" action="/setup/app" class="stack">
      ${csrf}
      <label for="app-id">App id</label>
      <input
        id="app-id"
        name="app_id"
        value="${appId}"
        inputmode="numeric"
        autocomplete="off"
        required
        autofocus
      />
      <label for="app-secret">App secret</label>
      <input
        id="app-secret"
        name="app_secret"
        type="password"
        ${NOT_FILLED}
        spellcheck="false"
        autocapitalize="none"
        required
        aria-describedby="hint"
      />
      <button class="button primary">Check and go on</button>
    </form>
    <p id="hint" class="hint">
      Facebook is asked whether they belong together. The secret is never shown again.
    </p>`

const addressStep = (
  { csrf, view, problem }: Shown,
  { publicUrl = view.publicUrl ?? '' }: { publicUrl?: string },
): Html =>
  html`<p>
      Facebook sends what visitors write to an https address of yours, with a proxy in front of this bot. With
      it the bot tells Facebook by itself where to send.
    </p>
    <details>
      <summary>How to get one</summary>
      <p>
        With a domain and a server: Caddy in front of the bot gets the certificate by itself;
        <code>docs/operations.md</code>, “Behind a proxy”, has the file. To try it out, a tunnel:
      </p>
      <p>
        ${copyable(`cloudflared tunnel --url http://localhost:${view.port ?? 3000}`, 'the command of cloudflared')}
      </p>
      <p>${copyable(`ngrok http ${view.port ?? 3000}`, 'the command of ngrok')}</p>
      <p>Either prints an https address, which is good for as long as it runs.</p>
    </details>
    <form method="post" action="/setup/address" class="stack">
      ${csrf}
      <label for="public-url">Public address</label>
      <input
        id="public-url"
        name="public_url"
        type="text"
        inputmode="url"
        value="${publicUrl}"
        placeholder="https://bot.example.com"
        autocomplete="off"
        autocapitalize="none"
        required
      />
      <button class="button primary">Check and go on</button>
    </form>
    ${
      problem !== null &&
      publicUrl !== '' &&
      buttonForm('/setup/address', csrf, 'Use it all the same', {
        fields: [
          ['public_url', publicUrl],
          ['untried', 'yes'],
        ],
      })
    }
    ${buttonForm('/setup/address', csrf, 'I have none yet')}
    <p class="hint">Without one you enter it at Facebook yourself, later.</p>`

const operatorStep = ({ csrf, view }: Shown): Html =>
  html`<p>The console shows how the bot is and mends its token. Its user name is <b>operator</b>.</p>
    <form method="post" action="/setup/operator" class="stack">
      ${csrf}
      ${
        view.hasPassword
          ? html`<p>The environment sets its password already, as <code>OPERATOR_PASSWORD</code>.</p>`
          : html`<input type="text" name="user" value="operator" autocomplete="username" hidden />
              <label for="password">Password for the console</label>
              <input
                id="password"
                name="password"
                type="password"
                minlength="12"
                maxlength="200"
                autocomplete="new-password"
                aria-describedby="hint"
              />
              <p id="hint" class="hint">
                At least 12 characters. Leave it empty, and a good one is made for you.
              </p>`
      }
      <button class="button primary">Write the settings</button>
    </form>
    <p class="hint">They go to <code>${view.file}</code>, which only the user of this bot can read.</p>`

const startStep = ({ csrf, view: { made, publicUrl, port, file } }: Shown): Html =>
  html`${
      typeof made?.password === 'string' &&
      html`<p>
          Sign in to the console as <b>operator</b>, with this password. Keep it; it is in
          <code>${file}</code>, too.
        </p>
        <p>${copyable(made.password, 'the password', 'password')}</p>`
    }
    <p>
      ${
        typeof publicUrl !== 'string'
          ? 'Once your bot has a public address, tell Facebook: App dashboard, Messenger, Settings, Webhooks.'
          : 'The bot tells Facebook where its webhooks go when you connect the Page. By hand: App dashboard, Messenger, Settings, Webhooks.'
      }
    </p>
    <dl class="facts">
      <div>
        <dt>Callback URL</dt>
        <dd>
          ${
            typeof publicUrl === 'string'
              ? copyable(`${publicUrl}/webhook`, 'the callback URL')
              : html`<code>https://your.address/webhook</code>`
          }
        </dd>
      </div>
      <div>
        <dt>Verify token</dt>
        <dd>${copyable(made?.verifyToken ?? '', 'the verify token', 'verify-token')}</dd>
      </div>
      <div>
        <dt>Fields</dt>
        <dd>${copyable(WEBHOOK_FIELDS.join(', '), 'the fields')}</dd>
      </div>
      <div>
        <dt>Login URI</dt>
        <dd>
          ${copyable(`${publicUrl ?? `http://localhost:${port ?? 3000}`}/operator/facebook/callback`, 'the login URI')}
        </dd>
      </div>
    </dl>
    <p class="hint">
      “Continue with Facebook” needs the product Facebook Login, and the login URI as a Valid OAuth Redirect
      URI: App dashboard, Facebook Login, Settings.
      ${typeof publicUrl !== 'string' && 'Facebook takes one under localhost only while the app is in development mode.'}
    </p>
    ${buttonForm('/setup/start', csrf, 'Start the bot', { kind: 'primary' })}`

const BODIES: Record<SetupStep, (shown: Shown, typed: { appId?: string; publicUrl?: string }) => Html> = {
  app: appStep,
  address: addressStep,
  operator: operatorStep,
  start: startStep,
}
