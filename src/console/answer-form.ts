import { duration } from '../base/times.ts'
import { html, type Html } from '../web/html.ts'
import { called } from '../web/words.ts'

/** The address to which the forms of {@link answerForm} are posted. */
export const ANSWER = '/operator/conversation/answer'

export interface AnswerView {
  pageId: string
  psid: string
  pageName: string
  csrf: Html
  /** Id of the operator's action; the same each time the form is sent, so that a second click has no effect. */
  id: string
  /** Until when a person may answer, ms since the epoch; null if the visitor never wrote. */
  endsMs: number | null
  /** Whether the standard window is closed, so that the answer is sent with Facebook's tag HUMAN_AGENT. */
  isLate: boolean
  /** Whether the conversation is handed over to a person now. */
  isLeft: boolean
  nowMs: number
}

/**
 * The forms with which an operator acts in a conversation. The text has no `maxlength`, because a browser cuts what is pasted without
 * a word; a text that is too long is refused and stays in the tab.
 */
export const answerForm = (view: AnswerView): Html => {
  const { pageId, psid, pageName, csrf, id, endsMs, isLate, isLeft, nowMs } = view
  const isOpen = endsMs !== null && endsMs > nowMs
  const hidden = [
    ['page', pageId],
    ['psid', psid],
    ['id', id],
  ].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  return html`<section class="card narrow answer" aria-labelledby="answer-title">
    <h2 id="answer-title">Answer as ${called(pageName)}</h2>
    ${
      isOpen
        ? html`<form method="post" action="${ANSWER}" class="stack" data-typed>
            ${csrf}${hidden}
            <label
              >Your answer
              <textarea name="text" required rows="4" dir="auto"></textarea>
            </label>
            <p>
              <small
                >Facebook takes it for another
                ${duration(endsMs - nowMs)}${isLate && ', marked as written by a person'}. It goes out in its
                turn, also after a wait for a token. The bot is silent meanwhile.</small
              >
            </p>
            <button class="button primary" name="do" value="say">Send</button>
          </form>`
        : html`<p class="empty">
            It is too late for an answer: Facebook takes none until the visitor writes again.
          </p>`
    }
    ${
      isLeft &&
      html`<form method="post" action="${ANSWER}" class="buttons">
        ${csrf}${hidden}
        <button class="button" name="do" value="hand_back">Hand back to the bot</button>
        <button class="button" name="do" value="close">Close without a word</button>
      </form>`
    }
  </section>`
}

/** The result of the last form, shown above the conversation. */
export const answerOutcome = (did: unknown): string | null => {
  switch (did) {
    case 'say':
      return 'Your answer is on its way.'
    case 'hand_back':
      return 'The bot has the conversation again.'
    case 'close':
      return 'Closed: the bot answers when the visitor writes again.'
    default:
      return null
  }
}
