import type { Act } from '../people/acts.ts'
import type { Invitation } from '../people/invitations.ts'
import type { Person } from '../people/people.ts'
import { ROLE_WORDS, ROLES, type Role } from '../people/roles.ts'
import { copyable } from '../web/copyable.ts'
import { html, type Html } from '../web/html.ts'
import { buttonForm } from '../web/layout.ts'
import { OPERATOR } from '../web/password-check.ts'
import type { Failures } from '../web/lockout.ts'
import { ago, ahead, called, count, moment } from '../web/words.ts'
import { qrCode } from './qr-code.ts'
import { SIGN_IN } from './sign-in-page.ts'

/** Addresses: the page on which owners manage people, each person's own page, and the page that takes an invitation. */
export const PEOPLE = '/operator/people'
export const OWN = '/operator/people/own'
export const JOIN = '/operator/join'

export interface PeopleView {
  me: Person
  people: readonly Person[]
  invitations: readonly Invitation[]
  acts: readonly Act[]
  /** Failed sign-ins of all clients lately. */
  failures: Failures | null
  nowMs: number
  csrf: Html
}

export const peoplePage = (view: PeopleView): Html =>
  html`<h1 class="sr">People</h1>
    ${peopleCard(view)} ${ownCard(view)} ${view.me.role === 'owner' && actsCard(view)}`

const peopleCard = ({ me, people, invitations, nowMs, csrf }: PeopleView): Html => {
  const isOwner = me.role === 'owner'
  return html`<section class="card" aria-labelledby="people-title">
    <h2 id="people-title">Who may use the console</h2>
    <ul class="rows people">
      ${people.map((person) => html`<li>${whoIs(person)} ${isOwner && changes(person, csrf)}</li>`)}
    </ul>
    ${
      isOwner &&
      invitations.length > 0 &&
      html`<h3>Invited</h3>
        <ul class="rows people">
          ${invitations.map(
            ({ name, role, untilMs }) =>
              html`<li>
                <span>${called(name)}, ${role}; the link ends ${ahead(untilMs, nowMs)}</span>
                ${buttonForm(PEOPLE, csrf, html`Withdraw<span class="sr"> the invitation of ${name}</span>`, {
                  fields: [
                    ['do', 'withdraw'],
                    ['name', name],
                  ],
                })}
              </li>`,
          )}
        </ul>`
    }
    ${isOwner && invitation(csrf)}
  </section>`
}

const whoIs = ({ name, role, hasSecondFactor }: Person): Html =>
  html`<span
    ><strong>${called(name)}</strong>, ${role}:
    ${ROLE_WORDS[role]}${hasSecondFactor ? '; with a second factor' : ''}</span
  >`

const changes = (person: Person, csrf: Html): Html | false =>
  person.name !== OPERATOR &&
  html`<div class="buttons">
    <form method="post" action="${PEOPLE}" class="line">
      ${csrf}<input type="hidden" name="do" value="role" /><input
        type="hidden"
        name="name"
        value="${person.name}"
      />
      <label class="sr" for="role-${person.name}">Role of ${person.name}</label>
      <select id="role-${person.name}" name="role">
        ${roleOptions(person.role)}
      </select>
      <button class="button">Change role</button>
    </form>
    ${
      person.hasSecondFactor &&
      buttonForm(PEOPLE, csrf, html`Take away the second factor<span class="sr"> of ${person.name}</span>`, {
        fields: [
          ['do', 'unlock'],
          ['name', person.name],
        ],
      })
    }
    ${buttonForm(PEOPLE, csrf, html`Remove<span class="sr"> ${person.name}</span>`, {
      fields: [
        ['do', 'remove'],
        ['name', person.name],
      ],
    })}
  </div>`

const roleOptions = (chosen: Role): Html =>
  html`${ROLES.map((role) => html`<option value="${role}" ${role === chosen && html` selected`}>${role}</option>`)}`

const invitation = (csrf: Html): Html =>
  html`<h3>Invite</h3>
    <form method="post" action="${PEOPLE}" class="stack">
      ${csrf}<input type="hidden" name="do" value="invite" />
      <label for="invite-name">Name to sign in with: small letters and digits</label>
      <input id="invite-name" name="name" required autocapitalize="none" autocomplete="off" maxlength="32" />
      <label for="invite-role">Role</label>
      <select id="invite-role" name="role">
        ${roleOptions('operator')}
      </select>
      <button class="button primary">Make a link</button>
    </form>`

const ownCard = ({ me, csrf }: PeopleView): Html =>
  html`<section class="card" aria-labelledby="own-title">
    <h2 id="own-title">You, ${called(me.name)}</h2>
    ${
      me.hasSecondFactor
        ? html`<p>You sign in with a code of your authenticator app.</p>
            <form method="post" action="${OWN}" class="stack">
              ${csrf}<input type="hidden" name="do" value="drop" />${codeField('A code of the app')}
              <button class="button">Sign in without a code from now on</button>
            </form>`
        : html`<p>A second factor keeps out a person who has learned your password.</p>
            ${buttonForm(OWN, csrf, 'Set up a second factor', { fields: [['do', 'propose']] })}`
    }
    ${
      me.name === OPERATOR
        ? html`<p class="hint">
            Your password is <code>OPERATOR_PASSWORD</code>; a new one takes away the second factor, too.
            <code>/metrics</code> asks for the password alone.
          </p>`
        : html`<form method="post" action="${OWN}" class="stack">
            ${csrf}<input type="hidden" name="do" value="password" />${userName(me.name)} ${ownPassword}
            ${newPassword}
            <button class="button">Change the password</button>
          </form>`
    }
  </section>`

/** A hidden field for the browser's password manager. */
const userName = (name: string): Html =>
  html`<input
    class="sr"
    name="user"
    value="${name}"
    autocomplete="username"
    aria-hidden="true"
    tabindex="-1"
    readonly
  />`

const ownPassword = html`<label for="was">Your password</label>
  <input id="was" name="was" type="password" autocomplete="current-password" required />`

const newPassword = html`<label for="becomes">A new password, at least 12 characters</label>
  <input
    id="becomes"
    name="becomes"
    type="password"
    autocomplete="new-password"
    minlength="12"
    maxlength="200"
    required
  />`

const codeField = (label: string): Html =>
  html`<label for="code">${label}</label>
    <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="8" required />`

const actsCard = ({ acts, failures, nowMs }: PeopleView): Html =>
  html`<section class="card" aria-labelledby="acts-title">
    <h2 id="acts-title">What each did</h2>
    ${
      failures !== null &&
      html`<p data-failures>
        ${count(failures.count, 'failed sign-in')} since ${moment(failures.sinceMs)}, the last
        ${ago(failures.lastMs, nowMs)}. The log names the addresses.
      </p>`
    }
    ${
      acts.length === 0
        ? html`<p class="empty">Nothing yet.</p>`
        : html`<ul class="rows">
            ${acts.map(({ atMs, by, what }) => html`<li><span>${called(by)} ${what}</span> ${ago(atMs, nowMs)}</li>`)}
          </ul>`
    }
    <p class="hint">The last ${SHOWN_ACTS}; kept for a year.</p>
  </section>`

/** The number of log entries that are shown. */
export const SHOWN_ACTS = 100

/** Shows the link of an invitation; it is shown only once. */
export const invitedPage = ({ name, role }: { name: string; role: string }, link: string): Html =>
  html`<section class="card narrow" data-invited>
    <h1>Give ${called(name)} this link</h1>
    <p>It makes one person, ${role}, and is good for seven days. It is not shown again.</p>
    <p>${copyable(link, 'the link')}</p>
    <p><a class="button" href="${PEOPLE}">Back</a></p>
  </section>`

/** Asks for confirmation before a person is removed. */
export const removePage = (name: string, csrf: Html): Html =>
  html`<section class="card narrow" data-remove>
    <h1>Remove ${called(name)}?</h1>
    <p>The sessions of this person end at once. What the person did stays in the list.</p>
    ${buttonForm(PEOPLE, csrf, html`Remove ${called(name)}`, {
      fields: [
        ['do', 'remove'],
        ['name', name],
        ['sure', 'yes'],
      ],
    })}
    <p><a class="button" href="${PEOPLE}">Back</a></p>
  </section>`

export const factorPage = (
  name: string,
  proposed: { secret: string; address: string },
  csrf: Html,
  problem: string | null,
): Html =>
  html`<section class="card narrow" data-factor>
    <h1>Set up a second factor</h1>
    ${problem !== null && html`<p class="problem" role="alert">${problem}</p>`}
    <p>
      Read this with an authenticator app, or <a href="${proposed.address}">open it on this telephone</a>:
    </p>
    ${qrCode(proposed.address, 'The secret for the authenticator app')}
    <p>Or type it there: ${copyable(proposed.secret, 'the secret')}</p>
    <form method="post" action="${OWN}" class="stack">
      ${csrf}<input type="hidden" name="do" value="keep" />
      <input type="hidden" name="secret" value="${proposed.secret}" />
      ${userName(name)} ${ownPassword} ${codeField('The code that the app shows')}
      <button class="button primary">Demand a code from now on</button>
    </form>
  </section>`

export const joinPage = (
  invitation: Invitation | null,
  code: string,
  csrf: Html,
  problem: string | null,
): Html =>
  invitation === null
    ? html`<section class="card narrow">
        <h1>This link is not good any more</h1>
        <p>It was used, withdrawn, or is older than seven days. Ask for another one.</p>
        <p>
          If you have used it, <a href="${SIGN_IN}">sign in</a> with the name and the password that you chose.
        </p>
      </section>`
    : html`<section class="card narrow">
        <h1>Welcome, ${called(invitation.name)}</h1>
        ${problem !== null && html`<p class="problem" role="alert">${problem}</p>`}
        <p>You are invited to the console as ${invitation.role}: ${ROLE_WORDS[invitation.role]}.</p>
        <form method="post" action="${JOIN}" class="stack">
          ${csrf}<input type="hidden" name="code" value="${code}" />
          ${userName(invitation.name)} ${newPassword}
          <button class="button primary">Come in</button>
        </form>
      </section>`
