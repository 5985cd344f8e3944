import t, { type Test } from 'tap'
import type { Duty } from '../../src/base/duty.ts'
import { createNeeds } from '../../src/alerts/needs.ts'
import { noticeText } from '../../src/alerts/notice.ts'
import { createRhythm, SLOT_MS } from '../../src/reception/rhythm.ts'
import { createNoWebhooksAlarm } from '../../src/reception/no-webhooks-alarm.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { SLOTS_A_DAY } from './rhythms.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const PAGE = { pageId: '1001', pageName: 'Bakery' }

/** What a Page learned that has had something in every slot for four weeks, until `endMs`. */
const busyUntil = (endMs: number): string => {
  const rhythm = createRhythm()
  const first = Math.floor(endMs / SLOT_MS) - 28 * SLOTS_A_DAY
  for (let slot = 0; slot < 28 * SLOTS_A_DAY; slot += 1) rhythm.observe((first + slot) * SLOT_MS, true)
  return rhythm.save()
}

const build = async (t: Test, { pages = [PAGE], learned = true } = {}) => {
  const clock = createFakeClock(Date.UTC(2026, 10, 21, 12, 3))
  const kept = new Map<string, string>()
  if (learned) kept.set('rhythm:1001', busyUntil(clock.now()))
  const needs = createNeeds({ clock })
  const lines: string[] = []
  const world = { pages, broken: false }
  const watch = createNoWebhooksAlarm({
    pages: () => world.pages,
    needs,
    clock,
    log: { warn: (_facts, message) => lines.push(message) },
    store: {
      remember: async (name, text) => {
        if (world.broken) throw new Error('the disk is full')
        kept.set(name, text)
      },
      recall: async (name) => {
        if (world.broken) throw new Error('the disk is broken')
        return kept.get(name) ?? null
      },
    },
  })
  t.teardown(() => watch.stop())
  await watch.start()
  return { clock, kept, needs, lines, watch, world }
}

t.test(
  'a silence that is very unusual becomes a need, with what to do; the next webhook ends it',
  async (t) => {
    const { clock, needs, watch } = await build(t)
    await clock.advance(7 * 60_000)
    watch.heard('1001')
    await clock.advance(HOUR_MS)
    t.strictSame(needs.open(), [])
    await clock.advance(2 * HOUR_MS)
    t.match(needs.open(), [
      {
        pageId: '1001',
        pageName: 'Bakery',
        cause: 'silent',
        what: /^No webhook has come for [12] hours? \(since 2026-11-21 12:10 UTC\), which is very unusual for this Page\.$/,
        remedy: /npm run doctor.*quiet day/,
      },
    ])
    watch.heard('1001')
    t.strictSame(needs.open(), [])
  },
)

t.test('the notice does not claim that the Page cannot answer', async (t) => {
  const { clock, needs } = await build(t)
  await clock.advance(3 * HOUR_MS)
  const waiting = { waiting: 0, visitors: 0, firstWindowEndsMs: null }
  const noticed = needs.open().map((need) => ({ ...need, ...waiting }))
  t.match(
    noticeText({ kind: 'needed', needs: noticed, atMs: clock.now() }),
    /^Evergreen needs you: Bakery \(Page 1001\) hears nothing from Facebook\.\nTo do: [^\n]+\nNo webhook has come since the bot was started/,
  )
  t.match(
    noticeText({ kind: 'well', needs: noticed, atMs: clock.now() }),
    /^All is well again: webhooks come for Bakery/,
  )
})

t.test('a Page that is heard of every now and then is no alarm', async (t) => {
  const { clock, needs, watch } = await build(t)
  for (let hour = 0; hour < 48; hour += 1) {
    await clock.advance(HOUR_MS)
    watch.heard('1001')
    t.strictSame(needs.open(), [])
  }
})

t.test('Pages without a token, and those never heard of, are no alarm', async (t) => {
  const { clock, needs, world } = await build(t, { pages: [PAGE, { pageId: '1002', pageName: 'New' }] })
  world.pages = [{ pageId: '1002', pageName: 'New' }]
  await clock.advance(3 * DAY_MS)
  t.strictSame(needs.open(), [])
})

t.test('time in which the machine slept does not count', async (t) => {
  const { clock, needs } = await build(t)
  for (let nap = 0; nap < 20; nap += 1) {
    await clock.advance(HOUR_MS / 6)
    // Timers fire late, as after a laptop was opened again.
    clock.skip(6 * HOUR_MS)
  }
  t.strictSame(needs.open(), [])
})

t.test('after a week it is believed, and learned anew', async (t) => {
  const { clock, needs, lines } = await build(t)
  await clock.advance(7 * DAY_MS)
  t.equal(needs.open().length, 1)
  await clock.advance(DAY_MS)
  t.strictSame(needs.open(), [])
  t.match(lines, [/nothing came for a week/])
  await clock.advance(40 * DAY_MS)
  t.strictSame(needs.open(), [])
})

t.test(
  'what is learned is kept every hour and at the end, and a store in trouble stops nothing',
  async (t) => {
    const { clock, kept, watch, world, lines } = await build(t, { learned: false })
    await clock.advance(HOUR_MS + 2 * SLOT_MS)
    const saved = kept.get('rhythm:1001')
    t.type(saved, 'string')
    await clock.advance(2 * SLOT_MS)
    await watch.stop()
    t.not(kept.get('rhythm:1001'), saved)

    world.broken = true
    const broken = await build(t)
    broken.world.broken = true
    await broken.clock.advance(2 * HOUR_MS)
    t.ok(broken.lines.every((line) => /could not be stored/.test(line)))
    t.ok(broken.lines.length > 0)
    t.strictSame(lines, [])
  },
)

t.test('what another instance hears counts for the keeper of the Page, and ends its alarm', async (t) => {
  const { clock, kept, needs } = await build(t)
  await clock.advance(3 * HOUR_MS)
  t.match(needs.open(), [{ cause: 'silent' }])
  const duty: Duty = { keeps: () => false, isHead: () => false, onChange: () => () => undefined }
  const elsewhere = createNoWebhooksAlarm({
    pages: () => [PAGE],
    duty,
    needs,
    clock,
    log: { warn: () => undefined },
    store: {
      remember: async (name, text) => void kept.set(name, text),
      recall: async (name) => kept.get(name) ?? null,
    },
  })
  t.teardown(() => elsewhere.stop())
  await elsewhere.start()
  elsewhere.heard('1001')
  await clock.advance(2 * SLOT_MS)
  t.strictSame(needs.open(), [])
})
