import type { RunningInstance } from '../base/running-instances.ts'
import { html, type Html } from '../web/html.ts'
import { buttonForm } from '../web/layout.ts'
import { ago, called, count } from '../web/words.ts'

/** The address of {@link instancesPage}. */
export const INSTANCES = '/operator/instances'

export interface InstancesView {
  instances: readonly RunningInstance[]
  /** The id of the instance that renders the page. */
  self: string
  /** The names of marks that differ between instances. */
  differing: readonly string[]
  nameOf: (pageId: string) => string
  nowMs: number
  /** The hidden field that each form needs; null for people whose role may not change anything. */
  csrf: Html | null
}

export const instancesPage = ({ instances, self, differing, nameOf, nowMs, csrf }: InstancesView): Html =>
  html`<section class="card" aria-labelledby="instances-title">
    <h1 id="instances-title">Instances</h1>
    <p>
      ${
        instances.length === 1
          ? 'One instance does all the work.'
          : 'Each Page is the work of one instance, and goes to another one when that stops or dies. One of them does the work of the whole bot: alerts, reminders, the webhook of the app, form answers.'
      }
    </p>
    ${differing.length > 0 && html`<p><span class="badge warn">they differ in ${differing.join(', ')}</span></p>`}
    <ul class="rows" data-instances="${instances.length}">
      ${instances.map(
        ({ id, host, version, sinceMs, isHead, pages, marks }) =>
          html`<li>
            <span class="who"
              ><strong>${called(host)}</strong>
              <small
                >version ${version}, started ${ago(sinceMs, nowMs)}${id === self && ', drew this page'}</small
              >
              <small
                >${pages.length === 0 ? 'keeps no Page' : `keeps ${pages.map(nameOf).join(', ')}`}</small
              ></span
            >
            <span class="badge">${count(pages.length, 'Page')}</span>
            ${isHead && html`<span class="badge good">head</span>`}
            ${csrf !== null && instances.length > 1 && pages.length > 0 && marks !== null && relief(csrf, id, host)}
          </li>`,
      )}
    </ul>
  </section>`

/** The button that makes an instance give its Pages away. Left out for instances of a version that does not know the request. */
const relief = (csrf: Html, id: string, host: string): Html =>
  buttonForm(INSTANCES, csrf, html`Give its Pages away<span class="sr"> from ${host}</span>`, {
    fields: [['instance', id]],
  })
