/** A piece of HTML in which everything that came from outside is escaped. Only {@link html} makes one. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[]

/** A template whose values are escaped, but for what is HTML already; null, undefined and false show nothing. */
export const html = (strings: TemplateStringsArray, ...values: HtmlValue[]): Html =>
  new Html(strings.reduce((text, string, index) => text + render(values[index - 1]) + string))

/** A text as it stands, for a field that is posted back: nothing is left out of it. */
export const verbatim = (text: string): Html => new Html(entities(text.toWellFormed()))

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
 * What would turn the text around it about, in a title as in a table, is left out; what HTML cannot hold shows as such.
 * Languages written from the right need none of it: their letters tell.
 */
const UNSEEN = /(?![\t\n\r])\p{Cc}/gu
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/** No language piles up more of them on one letter; more would be painted over what stands around. */
const PILES = /(\p{M}{6})\p{M}+/gu

const escape = (text: string): string =>
  entities(text.toWellFormed().replace(TURNS, '').replace(PILES, '$1').replace(UNSEEN, '\ufffd'))

const entities = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
