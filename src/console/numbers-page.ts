import { percent } from '../base/numbers.ts'
import { duration } from '../base/times.ts'
import { html, type Html } from '../web/html.ts'
import { called, count } from '../web/words.ts'
import { figure } from './figures.ts'
import { firstAnswerMs, PERIODS, understood, type Numbers, type NumbersRow, type Period } from './numbers.ts'

/** The address of {@link numbersPage}. */
export const NUMBERS = '/operator/numbers'

export interface NumbersView {
  numbers: Numbers
  /** The Pages to choose from. `pageId` is the one that is shown; null for all. */
  pages: readonly { pageId: string; name: string }[]
  pageId: string | null
  /** A reply's title in the script; null if it has none or no longer exists. */
  titleOf: (name: string) => string | null
}

export const numbersPage = (view: NumbersView): Html => {
  const { numbers } = view
  return html`<section class="card">
      <h1>Numbers</h1>
      ${choice(view)} ${figures(numbers)}
    </section>
    <div class="plots">
      ${PLOTS.map((plot) => card(plot, numbers))}
      <section class="card" aria-labelledby="understood-title">
        <h2 id="understood-title">Understood</h2>
        ${bars({ rows: numbers.rows, period: numbers.period, layers: UNDERSTOOD, words: wordsUnderstood(numbers) })}
        <p class="legend">
          <span class="sure">sure</span> <span class="doubtful">doubtful</span>
          <span class="none">not understood: <a href="/operator/questions">which?</a></span>
        </p>
      </section>
    </div>
    <div class="pair">${replies(view)} ${forms(view)}</div>
    ${table(numbers)}
    <p class="downloads">
      <a class="button" href="${link(view, { path: `${NUMBERS}.csv` })}">Download as CSV</a>
      <a class="button" href="${link(view, { path: `${NUMBERS}.csv`, list: 'names' })}"
        >Replies and forms as CSV</a
      >
    </p>
    <p>
      <small
        >Hours, days and months are those of UTC. Sums only: they name no visitor, and stay when one is
        forgotten. Hours are kept for 3 days, days for 400, months without end.</small
      >
    </p>`
}

const link = (
  { numbers, pageId }: NumbersView,
  { path = NUMBERS, period = numbers.period, list }: { path?: string; period?: Period; list?: string } = {},
): string =>
  `${path}?${new URLSearchParams({ period, ...(pageId !== null && { page: pageId }), ...(list && { list }) }).toString()}`

const choice = (view: NumbersView): Html => {
  const { numbers, pages, pageId } = view
  return html`<nav class="tabs" aria-label="Period">
      ${(Object.keys(PERIODS) as Period[]).map(
        (period) =>
          html`<a href="${link(view, { period })}" ${period === numbers.period && html`aria-current="page"`}
            >${PERIODS[period].words}</a
          >`,
      )}
    </nav>
    ${
      pages.length > 1 &&
      html`<form method="get" action="${NUMBERS}" class="buttons">
        <input type="hidden" name="period" value="${numbers.period}" />
        <label
          ><span class="sr">Page</span>
          <select name="page">
            <option value="">All Pages</option>
            ${pages.map(
              (page) =>
                html`<option value="${page.pageId}" ${page.pageId === pageId && html`selected`}>
                  ${page.name}
                </option>`,
            )}
          </select></label
        >
        <button class="button">Show</button>
      </form>`
    }`
}

const figures = ({ period, rows, total }: Numbers): Html => {
  const { each } = PERIODS[period]
  const share = understood(total)
  const answerMs = firstAnswerMs(total)
  const visitors = rows.map((row) => row.visitors)
  const all = visitors.reduce((sum, one) => sum + one, 0)
  return html`<dl class="figures five" aria-label="In these ${PERIODS[period].words}">
    ${figure('Visitors', mean(all / rows.length), `${each === 'hour' ? 'an' : 'a'} ${each} on average; at most ${number(Math.max(...visitors))}`)}
    ${figure('Messages', number(total.messages), `answered with ${count(total.replies, 'message')}`)}
    ${figure('Understood', share === null ? '–' : percent(share), share === null ? 'nothing was written' : `${number(total.fallback)} not understood`)}
    ${figure('Asked for a person', number(total.handovers), answerMs === null ? 'none was answered by one' : `first answer after ${duration(answerMs)} on average`)}
    ${figure('Waited for a token', number(total.waited), total.waited === 0 ? 'no reply had to' : 'and left when there was one')}
  </dl>`
}

interface Plot {
  title: string
  of: keyof Omit<NumbersRow, 'startMs'>
  one: string
  many?: string
}

const PLOTS: readonly Plot[] = [
  { title: 'Visitors', of: 'visitors', one: 'visitor' },
  { title: 'Messages of visitors', of: 'messages', one: 'message' },
  { title: 'Asked for a person', of: 'handovers', one: 'visitor' },
]

const card = ({ title, of, one, many }: Plot, { rows, period }: Numbers): Html => {
  const id = `${of}-title`
  const most = Math.max(...rows.map((row) => row[of]))
  const words =
    most === 0
      ? `${title}: none in these ${PERIODS[period].words}`
      : `${title}: at most ${count(most, one, many)} in ${PERIODS[period].each === 'hour' ? 'an hour' : `a ${PERIODS[period].each}`}`
  return html`<section class="card" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${bars({ rows, period, layers: [{ of, class: 'some' }], words })}
  </section>`
}

const UNDERSTOOD = [
  { of: 'matched', class: 'some' },
  { of: 'doubtful', class: 'doubtful' },
  { of: 'fallback', class: 'none' },
] as const

const wordsUnderstood = ({ total }: Numbers): string => {
  const share = understood(total)
  return share === null
    ? 'Nothing was written'
    : `Of what visitors wrote, ${percent(share)} was understood: ${number(total.matched)} surely, ${number(total.doubtful)} doubtfully, ${number(total.fallback)} not`
}

const WIDTH = 600
const HEIGHT = 120
const GAP = 3

/** Stacked bars over the spans of a period. The table has the same numbers. */
const bars = ({
  rows,
  period,
  layers,
  words,
}: {
  rows: readonly NumbersRow[]
  period: Period
  layers: readonly { of: keyof Omit<NumbersRow, 'startMs'>; class: string }[]
  words: string
}): Html => {
  const sumOf = (row: NumbersRow): number => layers.reduce((sum, { of }) => sum + row[of], 0)
  const most = Math.max(1, ...rows.map(sumOf))
  const step = WIDTH / rows.length
  const column = (row: NumbersRow, index: number): Html => {
    let y = HEIGHT
    return html`<g>
      <title>${labelOf(period, row.startMs)}: ${number(sumOf(row))}</title>
      <rect x="${index * step}" y="0" width="${step}" height="${HEIGHT}" class="ground" />
      ${layers.map(({ of, class: name }) => {
        if (row[of] === 0) return null
        // A bar of one must be visible even beside one of a thousand.
        const height = Math.max(2, (row[of] / most) * HEIGHT)
        y -= height
        return html`<rect
          x="${(index * step + GAP / 2).toFixed(1)}"
          y="${Math.max(0, y).toFixed(1)}"
          width="${(step - GAP).toFixed(1)}"
          height="${height.toFixed(1)}"
          class="${name}"
        />`
      })}
    </g>`
  }
  const [first] = rows
  const last = rows.at(-1)
  return html`<figure class="bars">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${words}">
      ${rows.map(column)}
    </svg>
    <figcaption aria-hidden="true">
      <span>${first && labelOf(period, first.startMs)}</span>
      <b>at most ${number(Math.max(...rows.map(sumOf)))}</b>
      <span>${last && labelOf(period, last.startMs)}</span>
    </figcaption>
  </figure>`
}

const labelOf = (period: Period, startMs: number): string => {
  const iso = new Date(startMs).toISOString()
  switch (period) {
    case '24h':
      return `${iso.slice(11, 16)} UTC`
    case '30d':
      return iso.slice(0, 10)
    case '12m':
      return iso.slice(0, 7)
  }
}

const replies = ({ numbers, titleOf }: NumbersView): Html => {
  const most = Math.max(1, ...numbers.replies.map((one) => one.count))
  return html`<section class="card" aria-labelledby="replies-title">
    <h2 id="replies-title">Most frequent replies</h2>
    ${
      numbers.replies.length === 0
        ? html`<p class="empty">None was given.</p>`
        : html`<ol class="tally">
            ${numbers.replies.map(
              ({ name, count: times }) =>
                html`<li>
                  <span class="who"
                    >${called(titleOf(name) ?? name)}${titleOf(name) !== null && html`<small>${called(name)}</small>`}</span
                  >
                  <meter min="0" max="${most}" value="${times}" aria-hidden="true"></meter>
                  <b>${number(times)}</b>
                </li>`,
            )}
          </ol>`
    }
  </section>`
}

const forms = ({ numbers, titleOf }: NumbersView): Html =>
  html`<section class="card" aria-labelledby="forms-title">
    <h2 id="forms-title">Forms</h2>
    ${
      numbers.forms.length === 0
        ? html`<p class="empty">None was begun.</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Forms as a table">
            <table>
              <thead>
                <tr>
                  <th scope="col">Form</th>
                  <th scope="col">Begun</th>
                  <th scope="col">Finished</th>
                </tr>
              </thead>
              <tbody>
                ${numbers.forms.map(
                  ({ name, begun, finished }) =>
                    html`<tr>
                      <th scope="row">${called(titleOf(name) ?? name)}</th>
                      <td>${number(begun)}</td>
                      <td>
                        ${number(finished)}
                        ${begun > 0 && html`<small>${percent(Math.min(1, finished / begun))}</small>`}
                      </td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
  </section>`

const table = ({ rows, period }: Numbers): Html =>
  html`<section class="card">
    <details>
      <summary>All numbers as a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="All numbers">
        <table>
          <thead>
            <tr>
              <th scope="col">
                ${PERIODS[period].each === 'month' ? 'Month' : PERIODS[period].each === 'day' ? 'Day' : 'Hour'}
              </th>
              <th scope="col">Visitors</th>
              <th scope="col">Messages</th>
              <th scope="col">Understood</th>
              <th scope="col">Doubtful</th>
              <th scope="col">Not</th>
              <th scope="col">Asked for a person</th>
              <th scope="col">First answer</th>
              <th scope="col">Sent</th>
              <th scope="col">Waited for a token</th>
            </tr>
          </thead>
          <tbody>
            ${rows.toReversed().map((row) => {
              const answerMs = firstAnswerMs(row)
              return html`<tr>
                <th scope="row">${labelOf(period, row.startMs)}</th>
                ${[row.visitors, row.messages, row.matched, row.doubtful, row.fallback, row.handovers].map(
                  (value) => html`<td>${number(value)}</td>`,
                )}
                <td>${answerMs === null ? '–' : duration(answerMs)}</td>
                <td>${number(row.replies)}</td>
                <td>${number(row.waited)}</td>
              </tr>`
            })}
          </tbody>
        </table>
      </div>
    </details>
  </section>`

const number = (value: number): string => value.toLocaleString('en')
const mean = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 })
