import { lateOtherObjects, OTHER_OBJECTS_NOTE } from '../../webhook/other-objects.ts'
import {
  AUTOMATIC_REPLIES,
  AUTOMATIC_REPLIES_NOTE,
  AUTOMATIC_REPLIES_OVER_MS,
} from '../../alerts/automatic-replies.ts'
import { check, type Check } from '../check.ts'
import { pagesOf, type DoctorContext } from '../context.ts'
import { ok, warning, type CheckResult } from '../check-result.ts'

/** Checks of notes that the running bot stored. */
export const noticedChecks = (context: DoctorContext): Check[] => [
  check({
    id: 'other-objects',
    section: 'From outside in',
    title: 'Other objects',
    settings: ['DATA_DIR'],
    run: ({ DATA_DIR }) => checkOtherObjects(DATA_DIR, context),
  }),
  ...pagesOf(context).map(({ pageId, name }) =>
    check({
      id: `automatic-replies ${pageId}`,
      pageId,
      section: `${name ?? 'Page'} (${pageId})`,
      title: 'Automatic replies',
      settings: ['DATA_DIR'],
      run: ({ DATA_DIR }) => checkAutomaticReplies(pageId, DATA_DIR, context),
    }),
  ),
]

const checkAutomaticReplies = (pageId: string, dir: string, { notes, clock }: DoctorContext): CheckResult => {
  const name = `${AUTOMATIC_REPLIES_NOTE}${pageId}`
  const seenMs = Number(notes(dir, name).get(name) ?? 0)
  return clock.now() - seenMs < AUTOMATIC_REPLIES_OVER_MS
    ? warning(AUTOMATIC_REPLIES.what, AUTOMATIC_REPLIES.remedy)
    : ok('the Page inbox does not answer beside the bot, as far as was seen')
}

const checkOtherObjects = (dir: string, { notes, clock }: DoctorContext): CheckResult => {
  const kept = notes(dir, OTHER_OBJECTS_NOTE).get(OTHER_OBJECTS_NOTE) ?? null
  const names = lateOtherObjects(kept, clock.now())
  if (names.length === 0) return ok('Facebook calls about Pages alone')
  return warning(
    `Facebook also calls about ${names.join(', ')}, which the bot counts and does not answer`,
    'Unless another program needs them, remove the subscription to them in the App dashboard (Webhooks).',
  )
}
