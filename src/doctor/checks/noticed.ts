import { databaseIn } from '../../store/sqlite/data-dir.ts'
import { readNotes } from '../../store/sqlite/inspect.ts'
import { OTHER_OBJECTS_NOTE } from '../../webhook/other-objects.ts'
import { check, type Check } from '../check.ts'
import type { Context } from '../context.ts'
import { ok, warning, type Finding } from '../finding.ts'

/** What the running bot has noticed and kept for the doctor. */
export const noticedChecks = (context: Context): Check[] => [
  check({
    id: 'other-objects',
    section: 'From outside in',
    title: 'Other objects',
    settings: ['DATA_DIR'],
    run: ({ DATA_DIR }) => checkOtherObjects(DATA_DIR, context),
  }),
]

const checkOtherObjects = (dir: string, { holder }: Context): Finding => {
  const kept = readNotes(databaseIn(dir), holder(dir) !== null, OTHER_OBJECTS_NOTE).get(OTHER_OBJECTS_NOTE)
  const names = kept === undefined ? [] : (JSON.parse(kept) as string[])
  if (names.length === 0) return ok('Facebook calls about Pages alone')
  return warning(
    `Facebook also calls about ${names.join(', ')}, which the bot counts and does not answer`,
    'Unless another program needs them, remove the subscription to them in the App dashboard (Webhooks).',
  )
}
