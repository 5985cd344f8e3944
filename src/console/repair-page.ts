import { html, type Html } from '../web/html.ts'
import { icons } from '../web/icons.ts'
import { buttonForm } from '../web/layout.ts'
import type { RepairView } from './repairs.ts'
import { called, count, withCommands } from '../web/words.ts'

export interface RepairForms {
  csrf: Html
  /** Whether a new token is what the bot needs. */
  isNeeded: boolean
  /** Where a user token is made: a link, or words where there is none. */
  source: { url: string; words: string }
}

/** Both ways to a new token. Nothing that is typed here ever comes back. */
export const repairForms = ({ csrf, isNeeded, source }: RepairForms): Html =>
  html`<details id="repair" class="card repair" ${isNeeded && html` open`}>
    <summary><h2>Give the bot a new token</h2></summary>
    <div class="columns two">
      <div>
        <h3>With one click</h3>
        <p>You log in at Facebook, as somebody who manages the Page, and come back here.</p>
        ${facebookButton(csrf)}
      </div>
      <div>
        <h3>By hand</h3>
        <p>
          Make a user token at
          <a href="${source.url}" rel="noreferrer" target="_blank">${source.words}</a> and paste it.
        </p>
        <form method="post" action="/operator/repair" class="stack">
          ${csrf}
          <label for="token">User token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="off"
            spellcheck="false"
            autocapitalize="none"
            required
          />
          <label class="check"
            ><input type="checkbox" name="choose" value="yes" /> Let me choose among all Pages it
            reaches</label
          >
          <button class="button primary">Repair</button>
        </form>
      </div>
    </div>
  </details>`

export const facebookButton = (csrf: Html, again = false): Html =>
  buttonForm('/operator/facebook', csrf, again ? 'Ask Facebook again' : 'Continue with Facebook', {
    kind: 'facebook',
    ...(again && { fields: [['again', 'yes']] }),
  })

/** What a repair has done so far, which is kept up to date. */
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
  }: Pick<RepairForms, 'csrf' | 'source'> & { id: string; waiting: number | null },
): Html =>
  html`<section class="card narrow" data-repair="${view.is}">
      <h1>${TITLES[view.is]}</h1>
      <div id="progress" data-part aria-live="polite">${repairProgress(view, waiting)}</div>
      ${view.is === 'choosing' && choice(view, id, csrf)}
      ${view.failure !== null && failed(view.failure, csrf)}
      ${
        view.is !== 'running' &&
        view.is !== 'choosing' &&
        html`<p><a class="button" href="/operator">Back to the overview</a></p>`
      }
    </section>
    ${view.is === 'failed' && repairForms({ csrf, source, isNeeded: true })}`

const TITLES: Record<RepairView['is'], string> = {
  running: 'Repairing …',
  choosing: 'Which Page is the bot to answer for?',
  done: 'Repaired',
  failed: 'Not repaired',
}

const done = ({ pages, waited }: RepairView, waiting: number | null): Html =>
  html`<div class="outcome good">
    ${pages.map(
      ({ id, name }) =>
        html`<p><b>${called(name)}</b> <small>${id}</small> has a token that never expires.</p>`,
    )}
    ${waiting !== null && html`<p data-waiting="${waiting}">${leaving(waited, waiting)}</p>`}
  </div>`

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
