import type { OpenQuestionGroup } from '../store/open-questions.ts'
import { html, verbatim, type Html } from '../web/html.ts'
import { ago, count, shortened } from '../web/words.ts'
import { replyNames, replyPicker } from './script/pieces.ts'

export interface QuestionsList {
  groups: readonly OpenQuestionGroup[]
  /** The replies of a Page's script to which a phrase can be added. */
  repliesOf: (pageId: string) => readonly { name: string; title: string | null }[]
  nowMs: number
  csrf: Html
  /** Whether this person may change the script and remove texts from the list. */
  mayChange: boolean
  /** Whether visitors' texts are stored. */
  isKept: boolean
}

/** The address of {@link questionsPage}, to which its forms are posted. */
export const QUESTIONS = '/operator/questions'

export const questionsPage = (list: QuestionsList): Html => {
  const { groups, repliesOf, mayChange, isKept } = list
  return html`<section class="card">
    <h1>Not understood</h1>
    <p>
      What visitors wrote and the script had no sure reply for.
      ${
        mayChange
          ? 'Add the words to a reply, and the next visitor gets it. The script file keeps its comments and layout; the version before each change is kept.'
          : 'An owner adds the words to a reply, or makes a new one.'
      }
    </p>
    ${
      groups.length === 0
        ? html`<p class="empty">
            ${
              isKept
                ? 'Nothing: the script had a sure reply for everything.'
                : 'Nothing is kept: KEEP_QUESTIONS_DAYS is 0.'
            }
          </p>`
        : html`<ul class="questions">
              ${groups.map((group) => card(group, list))}
            </ul>
            ${mayChange && replyNames([...new Set(groups.map(({ pageId }) => pageId))].flatMap(repliesOf))}`
    }
  </section>`
}

/** The result of the last change, shown above the list. */
export const questionOutcome = (did: string | undefined, reply: string | undefined): string | null => {
  if (did === 'added') return `Added to ${reply ?? 'the reply'}. The bot answers with it from now on.`
  if (did === 'made') return `The reply ${reply ?? ''} was made. The bot answers with it from now on.`
  return did === 'dropped' ? 'Taken off the list.' : null
}

const card = (group: OpenQuestionGroup, list: QuestionsList): Html => {
  const { answer, count: times, lastMs, texts, how, nearest } = group
  const [text = '', ...others] = texts
  return html`<li>
    <p class="asked" dir="auto"><b>${text}</b></p>
    ${others.length > 0 && html`<p class="also">Also: ${others.map((other, n) => html`${n > 0 && ' · '}<bdi>${other}</bdi>`)}</p>`}
    <p class="meta">
      ${count(times, 'time')}, last ${ago(lastMs, list.nowMs)} ·
      ${
        nearest === null
          ? 'nothing comes near'
          : html`${how === 'doubtful' ? 'answered with' : 'nearest'}
              <b>${nearest.reply}</b> (${Math.round(nearest.confidence * 100)} %)`
      }
    </p>
    ${answer !== undefined && html`<p class="also">The language model answered: <q dir="auto">${answer}</q></p>`}
    ${list.mayChange && changes(group, list)}
  </li>`
}

const changes = (
  { likeness, pageId, answer, texts: [text = ''], nearest }: OpenQuestionGroup,
  { repliesOf, csrf }: QuestionsList,
): Html => {
  const hidden = [
    ['likeness', likeness],
    ['page', pageId],
    ['phrase', text],
  ].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  return html`<form method="post" action="${QUESTIONS}" class="buttons">
      ${csrf}${hidden}
      ${replyPicker(repliesOf(pageId), { name: 'reply', label: html`Reply for “<bdi>${shortened(text, 60)}</bdi>”`, value: nearest?.reply ?? null })}
      <button class="button primary" name="do" value="add">Add to this reply</button>
      <button class="button" name="do" value="drop" formnovalidate>Take off the list</button>
    </form>
    <details>
      <summary>Make a new reply</summary>
      <form method="post" action="${QUESTIONS}" class="stack" data-typed>
        ${csrf}${hidden}
        <label>Name <input name="name" required maxlength="64" pattern="[\\p{L}\\p{N}_\\-]+" /></label>
        <label
          >What the bot says
          <textarea name="say" required rows="3" dir="auto">${verbatim(answer ?? '')}</textarea>
        </label>
        <button class="button primary" name="do" value="make">Make the reply</button>
      </form>
    </details>`
}
