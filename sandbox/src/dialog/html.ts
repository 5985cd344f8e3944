import type { Page, User } from '../world.ts'
import type { DialogRequest } from './request.ts'

/** The first step, where several people could log in. */
export const choosePerson = (
  asked: DialogRequest,
  people: readonly User[],
  linkTo: (user: User) => string,
): string =>
  frame(
    `Log in to ${asked.app.name}`,
    `${appHead(asked, 'Choose an account to continue to')}
<ul class="people">
${people
  .map(
    (user) =>
      `<li><a href="${escape(linkTo(user))}">${face(user.name)}<span>${escape(user.name)}</span></a></li>`,
  )
  .join('\n')}
</ul>`,
  )

export interface ConsentView {
  asked: DialogRequest
  user: User
  pages: readonly Page[]
  /** Permissions asked for, without those declined before. */
  scopes: readonly string[]
  /** Declined before and not asked again. */
  declined: readonly string[]
  /** The action of the form. */
  action: string
  /** The address at which another person can be chosen; null if there is none. */
  others: string | null
  isTicked: (page: Page) => boolean
}

/** The second step: which Pages, which permissions. Works without script. */
export const consentPage = (view: ConsentView): string => {
  const { asked, user, pages, scopes, declined, action, others, isTicked } = view
  return frame(
    `Log in to ${asked.app.name}`,
    `<form method="post" action="${escape(action)}">
${appHead(asked, `${escape(user.name)}, continue to`)}
<input type="hidden" name="user" value="${escape(user.id)}">
<fieldset><legend>Pages ${escape(asked.app.name)} may use</legend>
${pages.map((page) => choice('page', page.id, page.name, page.category, isTicked(page))).join('\n')}
${pages.length === 0 ? '<p class="note">You have no role on any Page.</p>' : ''}
</fieldset>
<fieldset><legend>What it may do</legend>
${scopes.map((scope) => choice('scope', scope, MEANINGS.get(scope) ?? scope, scope, true)).join('\n')}
${scopes.length === 0 ? '<p class="note">Nothing beyond your name and picture.</p>' : ''}
${declined.length > 0 ? `<p class="note">You declined before: ${escape(declined.join(', '))}. The app can ask again with <code>auth_type=rerequest</code>.</p>` : ''}
</fieldset>
${asked.token === 'system_user' ? '<p class="note">The app gets the token of a system user: it never expires and knows no password.</p>' : ''}
<div class="buttons">
<button name="decision" value="continue">Continue as ${escape(user.name.split(' ')[0] ?? user.name)}</button>
<button name="decision" value="cancel">Cancel</button>
<button name="decision" value="close">Close the window</button>
</div>
${others === null ? '' : `<p class="note"><a href="${escape(others)}">Log in to another account</a></p>`}
</form>`,
  )
}

/** The page on which the person can only go back, which the app is told. */
export const notActivePage = (problem: string, action: string): string =>
  frame(
    'Something went wrong',
    `<form method="post" action="${escape(action)}"><h1>Something went wrong</h1><p>${escape(problem)}</p>
<div class="buttons"><button name="decision" value="back">Back to the app</button></div></form>`,
  )

export const errorPage = (problem: string): string =>
  frame('Something went wrong', `<h1>Something went wrong</h1><p>${escape(problem)}</p>`)

/** The permissions in the words of the real dialog. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['public_profile', 'See your name and profile picture'],
  ['email', 'See your email address'],
  ['pages_show_list', 'Show a list of the Pages you manage'],
  ['pages_messaging', 'Manage and access Page conversations in Messenger'],
  ['pages_manage_metadata', 'Manage accounts, settings and webhooks for a Page'],
  ['pages_read_engagement', 'Read content posted on the Page'],
  ['business_management', 'Manage your business'],
])

const appHead = ({ app }: DialogRequest, words: string): string =>
  `<header>${face(app.name)}<div><p>${words}</p><h1>${escape(app.name)}</h1></div></header>`

const face = (name: string): string =>
  `<span class="face" aria-hidden="true">${escape(/\S/u.exec(name)?.[0].toUpperCase() ?? '?')}</span>`

const choice = (name: string, value: string, label: string, small: string, checked: boolean): string =>
  `<label class="choice"><input type="checkbox" name="${name}" value="${escape(value)}"${checked ? ' checked' : ''}>
<span>${escape(label)}<small>${escape(small)}</small></span></label>`

const frame = (title: string, body: string): string => `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title><link rel="stylesheet" href="/dialog.css"></head>
<body><main>${body}</main><footer>Sandbox login: no Facebook account is involved.</footer></body>
</html>
`

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
