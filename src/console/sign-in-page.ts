import { OPERATOR } from '../web/password-check.ts'
import { html, type Html } from '../web/html.ts'
import { layout } from '../web/layout.ts'

export const SIGN_IN = '/operator/sign-in'

export interface SignInView {
  csrf: Html
  /** The path of the page that is shown after the sign-in. */
  next: string
  problem: string | null
  /** Whether a form was sent after the session had ended, and so was not saved. */
  isUnsaved: boolean
  /** Whether any person has a second factor, so that the code field is needed. */
  asksCode: boolean
  /** Whether there are people besides the operator, so that the name field is needed. */
  hasOthers: boolean
}

/** The page on which the operator and the other people sign in. */
export const signInPage = ({ csrf, next, problem, isUnsaved, asksCode, hasOthers }: SignInView): string =>
  layout({
    title: 'Sign in',
    content: html`<section class="card narrow">
      <h1>Sign in</h1>
      ${
        isUnsaved &&
        html`<p role="status" data-unsaved>
          Your sign-in had ended, so what you sent was not saved or done.
        </p>`
      }
      ${problem !== null && html`<p class="problem" role="alert">${problem}</p>`}
      <form method="post" action="${SIGN_IN}" class="stack">
        ${csrf}<input type="hidden" name="next" value="${next}" />
        <label for="user">User name</label>
        <input
          id="user"
          name="user"
          value="${hasOthers ? '' : OPERATOR}"
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
        ${
          asksCode &&
          html`<label for="code">Code of your authenticator app, if you use one</label>
            <input
              id="code"
              name="code"
              inputmode="numeric"
              autocomplete="one-time-code"
              pattern="[0-9 ]*"
              maxlength="8"
            />`
        }
        <button class="button primary">Sign in</button>
      </form>
      <p class="hint">
        The password of <code>${OPERATOR}</code> is <code>OPERATOR_PASSWORD</code> in the bot’s settings. If
        it is lost, set another one there and restart the
        bot.${
          asksCode &&
          html` That also takes away the second factor of
            <code>${OPERATOR}</code>, whose telephone may be lost.`
        }
        ${
          hasOthers &&
          html`Anyone else asks an owner, who gives a new link or takes away a lost second factor under
            <i>People</i>.`
        }
      </p>
    </section>`,
  })
