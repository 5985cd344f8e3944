import type { DifferenceLine } from '../../editing/difference.ts'
import type { Version } from '../../editing/versions.ts'
import { html, type Html } from '../../web/html.ts'
import { ago, called, moment } from '../../web/words.ts'
import { addressOf, scriptKey, VERSIONS } from './addresses.ts'
import { differenceList, scriptField, scriptHead, type Head } from './pieces.ts'

export interface VersionsList extends Head {
  versions: readonly Version[]
  nowMs: number
}

export const versionsPage = (list: VersionsList): Html => {
  const { script, versions, nowMs } = list
  return html`${scriptHead(list, VERSIONS)}
    <section class="card">
      <h2>Earlier versions</h2>
      <p>What the script was before each of the last twenty changes made here.</p>
      ${
        versions.length === 0
          ? html`<p class="empty">None: nothing was changed here yet.</p>`
          : html`<ul class="rows">
              ${versions.map(
                ({ id, atMs, by }) =>
                  html`<li>
                    <span class="who"
                      ><a href="${addressOf(VERSIONS, { script: scriptKey(script), id })}"
                        >Before the change of ${moment(atMs)}</a
                      ><small>by ${called(by)}, ${ago(atMs, nowMs)}</small></span
                    >
                  </li>`,
              )}
            </ul>`
      }
    </section>`
}

export interface VersionShown extends Head {
  shown: Version
  /** The changes that restoring this version would make. */
  runs: readonly (readonly DifferenceLine[])[]
  /** The version of the present file. */
  version: string
  csrf: Html
}

export const versionPage = (page: VersionShown): Html => {
  const { script, shown, runs, version, csrf, blockedBy } = page
  return html`${scriptHead(page, VERSIONS)}
    <section class="card">
      <h2>Before the change of ${moment(shown.atMs)} by ${called(shown.by)}</h2>
      <p>Going back would change this:</p>
      ${differenceList(runs)}
      <div class="buttons">
        ${
          blockedBy === null &&
          runs.length > 0 &&
          html`<form method="post" action="${VERSIONS}">
            ${csrf}${scriptField(script)}
            <input type="hidden" name="id" value="${shown.id}" />
            <input type="hidden" name="version" value="${version}" />
            <button class="button primary">Go back to this version</button>
          </form>`
        }
        <a class="button" href="${addressOf(VERSIONS, { script: scriptKey(script) })}">All versions</a>
      </div>
    </section>`
}
