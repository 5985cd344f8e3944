import type { DialogRequest } from './dialog.ts'
import type { Page, User } from './world.ts'

export interface DialogView {
  asked: DialogRequest
  people: readonly User[]
  pages: readonly Page[]
  /** Where the form goes: this same address, with all it was asked for. */
  action: string
}

/** The consent page: who, which Pages, which permissions. Works without script. */
export const dialogPage = ({ asked, people, pages, action }: DialogView): string =>
  frame(
    `Log in to ${asked.app.name}`,
    `<form method="post" action="${escape(action)}">
<h1>${escape(asked.app.name)} would like to…</h1>
<fieldset><legend>Continue as</legend>
${people.map(({ id, name }, index) => choice('radio', 'user', id, name, index === 0)).join('\n')}
</fieldset>
<fieldset><legend>Pages it may use</legend>
${pages.map(({ id, name }) => choice('checkbox', 'page', id, name, true)).join('\n')}
</fieldset>
<fieldset><legend>What it may do</legend>
${asked.scopes.map((scope) => choice('checkbox', 'scope', scope, scope, true)).join('\n')}
</fieldset>
<p><button name="decision" value="continue">Continue</button>
<button name="decision" value="cancel">Cancel</button></p>
</form>`,
  )

export const errorPage = (problem: string): string =>
  frame('Something went wrong', `<h1>Something went wrong</h1><p>${escape(problem)}</p>`)

export const DIALOG_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 28rem; margin: 8vh auto; padding: 0 1rem; }
fieldset { margin: 1rem 0; border: 1px solid #8886; border-radius: 0.75rem; }
p { margin: 0.4rem 0; }
button { font: inherit; padding: 0.5rem 1.25rem; border-radius: 0.5rem; border: 1px solid #8886; }
button[value='continue'] { background: #0a6cff; border-color: #0a6cff; color: #fff; }
`

const choice = (type: 'radio' | 'checkbox', name: string, value: string, label: string, checked: boolean) =>
  `<p><label><input type="${type}" name="${name}" value="${escape(value)}"${checked ? ' checked' : ''}> ${escape(label)}</label></p>`

const frame = (title: string, body: string): string => `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><link rel="stylesheet" href="/dialog.css"></head>
<body><main>${body}<p><small>Sandbox login: no Facebook account is involved.</small></p></main></body>
</html>
`

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
