import { html, type Html, type HtmlValue } from './html.ts'
import { mark } from './icons.ts'

export interface Document {
  /** The title in the browser's tab and history. */
  title: string
  content: Html
  /** The hidden CSRF field of forms. Set only for a signed-in person, for whom the navigation is shown, too. */
  csrf?: Html | undefined
  /** The name of the signed-in person; typed texts that a tab keeps are filled in for that person only. */
  person?: string | undefined
  /** The address of the page's event stream. */
  live?: string | undefined
  /** A further script that this page needs. */
  script?: string | undefined
  /** Seconds after which the page reloads, if JavaScript is off. */
  refreshSeconds?: number | undefined
}

/** The address of the console's files. */
export const ASSETS = '/operator/assets'

const STYLES = ['base.css', 'controls.css', 'parts.css', 'lists.css', 'script.css', 'numbers.css']

/** A whole page. Scripts and styles come only from the console's files. */
export const layout = ({ title, content, csrf, person, live, script, refreshSeconds }: Document): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#0d3b2a" />
        <title>${title} · Evergreen</title>
        <link rel="icon" href="${ASSETS}/icon.svg" type="image/svg+xml" />
        <link rel="apple-touch-icon" href="${ASSETS}/apple-touch-icon.png" />
        <link rel="manifest" href="${ASSETS}/app.webmanifest" />
        ${STYLES.map((file) => html`<link rel="stylesheet" href="${ASSETS}/${file}" />`)}
        <script type="module" src="${ASSETS}/copy.js"></script>
        <script type="module" src="${ASSETS}/typed.js"></script>
        <script type="module" src="${ASSETS}/once.js"></script>
        ${[live === undefined ? undefined : 'live.js', script].map(
          (file) => file !== undefined && html`<script type="module" src="${ASSETS}/${file}"></script>`,
        )}
        ${
          refreshSeconds !== undefined &&
          html`<noscript><meta http-equiv="refresh" content="${refreshSeconds}" /></noscript>`
        }
      </head>
      <body${person !== undefined && html` data-person="${person}"`}${live !== undefined && html` data-live="${live}"`}>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <div class="frame">
            <a class="brand" href="/operator">${mark}<span>Evergreen <small>Operator console</small></span></a>
            ${csrf && topRight(csrf)}
          </div>
        </header>
        <main id="main" class="frame" tabindex="-1">${content}</main>
      </body>
    </html> `.text

/** A form with one button and no visible fields. */
export const buttonForm = (
  action: string,
  csrf: Html,
  label: HtmlValue,
  { fields = [], kind = '' }: { fields?: readonly [string, string][]; kind?: string } = {},
): Html =>
  html`<form method="post" action="${action}">
    ${csrf}${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <button class="button ${kind}">${label}</button>
  </form>`

export const csrfField = (token: string): Html => html`<input type="hidden" name="_csrf" value="${token}" />`

const topRight = (csrf: Html): Html =>
  html`<p id="pulse" class="pulse" role="status" hidden></p>
    <nav aria-label="Console">
      <a href="/operator">Overview</a><a href="/operator/visitors">Visitors</a
      ><a href="/operator/script">Script</a><a href="/operator/questions">Not understood</a
      ><a href="/operator/numbers">Numbers</a><a href="/operator/dead-letters">Dead letters</a
      ><a href="/operator/people">People</a><a href="/operator/instances">Instances</a>
    </nav>
    ${buttonForm('/operator/sign-out', csrf, 'Sign out', { kind: 'quiet' })}`
