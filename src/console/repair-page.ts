import { NEEDED_SCOPES, PORTFOLIO_SCOPE } from '../channel/messenger.ts'
import { copyable } from '../web/copyable.ts'
import { html, NOT_FILLED, type Html } from '../web/html.ts'
import { icons } from '../web/icons.ts'
import { buttonForm } from '../web/layout.ts'
import type { LoginAddress } from './login-address.ts'
import type { RepairView } from './repair.ts'
import { called, count, withCommands } from '../web/words.ts'

export interface RepairForms {
  csrf: Html
  /** Whether the bot needs a new token now. */
  isNeeded: boolean
  /** The page on which a user token is made: its address and a text. */
  source: { url: string; words: string }
  login: LoginAddress
}

/** The forms for a pasted token and for a login. No typed value is ever sent back to the browser. */
export const repairForms = ({ csrf, isNeeded, source, login }: RepairForms): Html =>
  html`<details id="repair" class="card repair" ${isNeeded && html` open`}>
    <summary><h2>Give the bot a new token</h2></summary>
    <div class="columns two">
      <div>
        <h3>With one click</h3>
        <p>You log in at Facebook with the account of a person who manages the Page, and come back here.</p>
        ${facebookForm(csrf)} ${loginHints(login)}
      </div>
      <div>
        <h3>By hand</h3>
        <p>
          Make a user token at
          <a href="${source.url}" rel="noreferrer" target="_blank">${source.words}</a>, with these
          permissions, and paste it:
        </p>
        <p>${copyable(NEEDED_SCOPES.join(', '), 'the permissions')}</p>
        <form method="post" action="/operator/repair" class="stack">
          ${csrf}
          <label for="token">User token</label>
          <input
            id="token"
            name="token"
            type="password"
            ${NOT_FILLED}
            spellcheck="false"
            autocapitalize="none"
            required
          />
          ${pageField('named-by-hand')}
          <label class="check"
            ><input type="checkbox" name="choose" value="yes" /> Let me choose among all Pages it
            reaches</label
          >
          <button class="button primary">Repair</button>
        </form>
      </div>
    </div>
  </details>`

/** Replaces {@link repairForms} for people whose role may not repair. */
export const repairByOthers = (isNeeded: boolean): Html | false =>
  isNeeded &&
  html`<p id="repair" class="card">
    An operator or an owner gives the bot a new token here; your role only looks.
  </p>`

/** The settings in the App Dashboard that the login needs once, with the address to copy. */
const loginHints = ({ uri, note, openAt }: LoginAddress): Html =>
  html`<p class="hint">
      Before the first click: in the App dashboard add the product <b>Facebook Login</b>, and enter this under
      its Settings as a <b>Valid OAuth Redirect URI</b>:
    </p>
    <p>${copyable(uri, 'the redirect URI')}</p>
    ${note !== null && html`<p class="hint">${note}</p>`}
    ${openAt !== null && html`<p class="hint">Open the console there: <a href="${openAt}">${openAt}</a></p>`}`

/** The form that starts the login, with a field for Pages that Facebook does not list. */
const facebookForm = (csrf: Html): Html =>
  html`<form method="post" action="/operator/facebook" class="stack">
    ${csrf}
    <button class="button facebook">Continue with Facebook</button>
    <p class="hint">
      Tick every Page of this bot in Facebook's dialog: a login replaces what you granted before.
    </p>
    <details>
      <summary>Facebook does not offer the Page?</summary>
      <div class="stack">
        ${pageField('named-by-login')}
        <label class="check"
          ><input type="checkbox" name="portfolio" value="yes" /> It belongs to a business portfolio: ask for
          ${PORTFOLIO_SCOPE}, too</label
        >
      </div>
    </details>
  </form>`

const pageField = (id: string): Html =>
  html`<label for="${id}"
      >Page id, if you want one Page alone or it is not offered (About &gt; Page transparency)</label
    >
    <input id="${id}" name="named" inputmode="numeric" autocomplete="off" spellcheck="false" />`

export const facebookButton = (csrf: Html, again = false): Html =>
  buttonForm('/operator/facebook', csrf, again ? 'Ask Facebook again' : 'Continue with Facebook', {
    kind: 'facebook',
  })

/** The steps of a repair so far; a live part. */
export const repairProgress = (view: RepairView, waiting: number | null): Html =>
  html`<ol class="steps">
      ${view.steps.map(
        ({ status, text }) =>
          html`<li class="${status}">
            ${icons.steps[status]}<span>${text}${status === 'started' && ' …'}</span>
            ${status !== 'started' && html`<span class="sr">(${status})</span>`}
          </li>`,
      )}
    </ol>
    ${view.is === 'done' && done(view, waiting)}`

/** The page of a repair. */
export const repairPage = (
  view: RepairView,
  {
    id,
    waiting,
    csrf,
    source,
    login,
  }: Pick<RepairForms, 'csrf' | 'source' | 'login'> & { id: string; waiting: number | null },
): Html =>
  html`<section class="card narrow" data-repair="${view.is}">
      <h1>${view.is === 'done' && view.isFirst ? 'Connected' : TITLES[view.is]}</h1>
      <div id="progress" data-part aria-live="polite">${repairProgress(view, waiting)}</div>
      ${view.is === 'choosing' && choice(view, id, csrf)}
      ${view.failure !== null && failed(view.failure, csrf)}
      ${
        view.is !== 'running' &&
        view.is !== 'choosing' &&
        html`<p><a class="button" href="/operator">Back to the overview</a></p>`
      }
    </section>
    ${view.is === 'failed' && repairForms({ csrf, source, login, isNeeded: true })}`

const TITLES: Record<RepairView['is'], string> = {
  running: 'Repairing …',
  choosing: 'Which Page is the bot to answer for?',
  done: 'Repaired',
  failed: 'Not repaired',
}

const done = ({ pages, waited, isFirst }: RepairView, waiting: number | null): Html =>
  html`<div class="outcome good">
      ${pages.map(
        ({ id, name }) =>
          html`<p><b>${called(name)}</b> <small>${id}</small> has a token that never expires.</p>`,
      )}
      ${waiting !== null && !(isFirst && waited === 0) && html`<p data-waiting="${waiting}">${leaving(waited, waiting)}</p>`}
    </div>
    ${isFirst && tryIt(pages)}`

/** After the first connection: how to try the bot, and why it may not answer yet. */
const tryIt = (pages: RepairView['pages']): Html =>
  html`<p>Now write to the Page as a visitor would, and see the answer:</p>
    ${pages.map(({ id }) => html`<p><a href="https://m.me/${id}" rel="noreferrer" target="_blank">m.me/${id}</a></p>`)}
    <p class="hint">
      Until Facebook has reviewed the app (App Review, permission pages_messaging), it answers only people who
      have a role in the app.
    </p>`

const leaving = (waited: number, waiting: number): string => {
  if (waiting > 0) return `${count(waiting, 'reply is', 'replies are')} leaving now.`
  if (waited === 0) return 'No reply had to wait.'
  return `${count(waited, 'reply', 'replies')} had waited; ${waited === 1 ? 'it has' : 'all have'} left.`
}

const choice = ({ choices }: RepairView, id: string, csrf: Html): Html =>
  html`<form method="post" action="/operator/repair/${id}/pages" class="stack">
    ${csrf}
    <fieldset>
      <legend>The token reaches ${count(choices.length, 'Page')}</legend>
      ${choices.map(
        (page) =>
          html`<label class="check"
            ><input
              type="checkbox"
              name="page"
              value="${page.id}"
              ${page.likely && html` checked`}
              ${page.unusable !== null && html` disabled`}
            /><span
              >${called(page.name)} <small>${page.id}</small>${
                page.unusable !== null && html`<br /><small>cannot be used: ${page.unusable}</small>`
              }</span
            ></label
          >`,
      )}
    </fieldset>
    <button class="button primary">Go on</button>
  </form>`

const failed = ({ code, what, remedy }: NonNullable<RepairView['failure']>, csrf: Html): Html =>
  html`<div class="outcome bad" role="alert">
    <p>${what}</p>
    ${remedy !== null && html`<p><b>To do:</b> ${withCommands(remedy)}</p>`}
    ${code === 'BOT_USER_TOKEN_SCOPE_MISSING' && facebookButton(csrf, true)}
    <p><small>${code}</small></p>
  </div>`
