import { html, type Html } from '../web/html.ts'

/** A row of a list of facts. */
export const fact = (name: string, value: Html | string): Html =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`

/** A number with a note, in a row of large ones. */
export const figure = (name: string, value: string, note: Html | string): Html =>
  html`<div data-figure="${name}">
    <dt>${name}</dt>
    <dd><b>${value}</b> <small>${note}</small></dd>
  </div>`
