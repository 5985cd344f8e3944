import { quoted } from './mistakes.ts'
import { staysInside } from './media-rules.ts'
import { described, type Place, type Read } from './reading.ts'
import { entriesOf, kindOf, nodeText } from './nodes.ts'

/** Pages with scripts of their own. */
export interface PageFiles {
  /** By the id of the Page, paths from the folder of the main script. */
  files: Map<string, string>
  place: Place
}

const PAGE_ID = /^\d{1,30}$/
const SCRIPT_NAME = /\.ya?ml$/i

/** Reads which Pages have a script of their own, and its file. */
export const pages: Read<PageFiles> = described(
  (node, reading) => {
    const entries = entriesOf(node, reading, 'files by the ids of Pages, like { 1059: shop.yaml }')
    if (entries === undefined) return undefined
    const files = new Map<string, string>()
    for (const { key, place, value } of entries) {
      if (!PAGE_ID.test(key)) reading.refuse(place, quoted(key), 'the id of a Page, which is a number')
      const target = reading.follow(value)
      const path = nodeText(target)?.trim() ?? ''
      if (SCRIPT_NAME.test(path) && staysInside(path)) files.set(key, path)
      else {
        reading.refuse(
          reading.placeOf(target),
          kindOf(target, reading),
          'a file in the folder of this script, or below it, whose name ends in .yaml',
        )
      }
    }
    return { files, place: reading.placeOf(reading.follow(node)) }
  },
  () => ({
    type: 'object',
    patternProperties: { [PAGE_ID.source]: { type: 'string', pattern: '\\.ya?ml$' } },
    additionalProperties: false,
  }),
)
