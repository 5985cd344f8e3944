import { html, type Html } from './html.ts'
import { layout, type Document } from './layout.ts'
import { withCommands } from './words.ts'

export interface ShownError {
  statusCode: number
  code: string
  message: string
  remedy: string | null
  /** Whether a form was sent, whose texts may be kept in the tab. */
  isUnsaved?: boolean
}

/**
 * The page for a failed request.
 *
 * @param signedIn - what the layout shows to a person who is signed in
 * @param goOn - a button to try again
 */
export const errorPage = (
  problem: ShownError,
  signedIn: Pick<Document, 'csrf' | 'person'>,
  goOn: Html | false = false,
): string =>
  layout({
    title: 'That did not work',
    ...signedIn,
    content: html`<section class="card narrow">
      <h1>That did not work</h1>
      <p class="problem" role="alert" ${problem.isUnsaved && html` data-unsaved`}>${problem.message}</p>
      ${problem.remedy !== null && html`<p>${withCommands(problem.remedy)}</p>`} ${goOn}
      <p><small>${problem.statusCode} ${problem.code}</small></p>
      <p><a class="button" href="/operator">Back to the overview</a></p>
    </section>`,
  })
