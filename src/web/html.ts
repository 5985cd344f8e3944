/** A piece of HTML in which all texts are escaped. Made by {@link html} and {@link verbatim}. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[]

/** A template whose values are escaped unless they are {@link Html}; null, undefined and false become empty. */
export const html = (strings: TemplateStringsArray, ...values: HtmlValue[]): Html =>
  new Html(strings.reduce((text, string, index) => text + render(values[index - 1]) + string))

/** Escapes a text without removing any character, for a field that is posted back. */
export const verbatim = (text: string): Html => new Html(entities(text.toWellFormed()))

/**
 * For a secret of Facebook's: browsers ignore `off` for passwords, and the password of the console, filled in by the browser, would be sent
 * to Facebook.
 */
export const NOT_FILLED = new Html('autocomplete="new-password"')

const render = (value: HtmlValue): string => {
  if (value instanceof Html) return value.text
  if (value === null || value === undefined || value === false) return ''
  if (typeof value === 'string') return escape(value)
  if (typeof value === 'number') return String(value)
  return value.map(render).join('')
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * Control characters, which HTML cannot hold, are shown as U+FFFD. Characters that change the direction of the surrounding text
 * are removed; right-to-left languages do not need them, because their letters set the direction.
 */
const UNSEEN = /(?![\t\n\r])\p{Cc}/gu
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/** No language has more than six combining marks on one letter; more would be drawn over the surrounding text. */
const PILES = /(\p{M}{6})\p{M}+/gu

const escape = (text: string): string =>
  entities(text.toWellFormed().replace(TURNS, '').replace(PILES, '$1').replace(UNSEEN, '\ufffd'))

const entities = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
