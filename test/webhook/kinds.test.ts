import t from 'tap'
import type { Json } from '../../src/base/json.ts'
import { MESSAGE_SAMPLES } from './message-samples.ts'
import { OTHER_SAMPLES } from './other-samples.ts'
import { PAGE, VISITOR, WHEN, type Samples } from './sample-facts.ts'
import { normalise } from '../helpers/normalise.ts'

/** The compiler asks for every kind there is. */
const SAMPLES: Samples = { ...MESSAGE_SAMPLES, ...OTHER_SAMPLES }

for (const [kind, samples] of Object.entries(SAMPLES)) {
  if (samples.length === 0) continue
  t.test(`${kind} is told apart, and all of its fields are read`, async (t) => {
    for (const [item, typed] of samples) {
      const whole = { sender: { id: VISITOR }, recipient: { id: PAGE }, timestamp: WHEN, ...item } as Json
      const { key, pageId, psid, timestampMs, standby, raw, ...detail } = only(
        normalise([{ id: PAGE, time: 1, messaging: [whole] }], 1),
      )
      t.same(detail, typed, JSON.stringify(item))
      t.same([pageId, timestampMs, standby, raw], [PAGE, WHEN, false, whole])
      const isAboutPage = kind === 'sample' || ('sender' in item && !('message' in item))
      t.equal(psid, isAboutPage ? null : VISITOR)
      t.match(key, new RegExp(`^${kind}:`))
    }
  })
}

t.test('what is about the Page comes as a change', async (t) => {
  const changed = (field: string, value: Json) =>
    only(normalise([{ id: PAGE, time: 1_767_225_600, changes: [{ field, value }] }], 1))
  const label = { user: { id: 700 }, action: 'add', label: { id: 1, page_label_name: 'VIP' } }
  t.match(changed('inbox_labels', label), {
    kind: 'inbox_label',
    psid: VISITOR,
    timestampMs: 1_767_225_600_000,
    action: 'add',
    labelId: '1',
    labelName: 'VIP',
  })
  t.match(changed('leadgen', { form_id: '1' }), {
    kind: 'change',
    field: 'leadgen',
    value: { form_id: '1' },
    psid: null,
  })
  t.match(changed('messenger_template_status_update', {}), {
    kind: 'change',
    field: 'messenger_template_status_update',
  })
})

function only<T>(list: readonly T[]): T {
  const [one] = list
  if (one === undefined || list.length > 1) throw new Error(`${list.length} events`)
  return one
}
