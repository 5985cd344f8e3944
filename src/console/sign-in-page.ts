import { OPERATOR } from '../web/password-check.ts'
import { html, type Html } from '../web/html.ts'
import { layout } from '../web/layout.ts'

/** The page on which the operator signs in. */
export const signInPage = ({ csrf, problem }: { csrf: Html; problem: string | null }): string =>
  layout({
    title: 'Sign in',
    content: html`<section class="card narrow">
      <h1>Sign in</h1>
      ${problem !== null && html`<p class="problem" role="alert">${problem}</p>`}
      <form method="post" action="/operator/sign-in" class="stack">
        ${csrf}
        <label for="user">User name</label>
        <input
          id="user"
          name="user"
          value="${OPERATOR}"
          autocomplete="username"
          autocapitalize="none"
          required
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          autofocus
        />
        <button class="button primary">Sign in</button>
      </form>
      <p class="hint">The password is <code>OPERATOR_PASSWORD</code> of the bot’s environment.</p>
    </section>`,
  })
