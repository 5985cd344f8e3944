import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { Json } from '../../src/base/json.ts'
import { parseJson } from '../../src/base/json.ts'
import { readStoredEvent, toNewEvents } from '../../src/webhook/inbox.ts'
import { openPlace, type OpenStore } from './steps.ts'

const NOW = Date.UTC(2026, 10, 21, 12)

/** Texts of callbacks: what stands there is in the JSON as Facebook, or anything else, may write it. */
const message = (mid: string, { psid = '"71"', timestamp = String(NOW), text = '"hi"' }): string =>
  `{"sender":{"id":${psid}},"recipient":{"id":"1"},"timestamp":${timestamp},"message":{"mid":"${mid}","text":${text}}}`

const long = (bytes: number): string => JSON.stringify(randomBytes(bytes).toString('base64'))

const ODD: Record<string, Parameters<typeof message>[1]> = {
  'a zero byte in the text': { text: '"a\\u0000b"' },
  'half a surrogate pair in the text': { text: '"\\ud83d a \\udc00"' },
  'a smiley in the text': { text: '"\\ud83d\\ude00 😀"' },
  'a text of a megabyte': { text: long(750_000) },
  'a deep text': { text: `${'['.repeat(500)}${']'.repeat(500)}` },
  'a zero byte in the id': { psid: '"7\\u00001"' },
  'half a surrogate pair in the id': { psid: '"7\\ud800"' },
  'an id of ten thousand characters': { psid: long(7500) },
  'a number beyond 2^53 as the id': { psid: '12345678901234567890' },
  'an id that is no text': { psid: '{"a":[null]}' },
  'no time': { timestamp: 'null' },
  'a negative time': { timestamp: '-1' },
  'a fraction of a millisecond': { timestamp: '1795262400000.75' },
  'a time beyond all dates': { timestamp: '9007199254740993' },
  'a time beyond all numbers': { timestamp: '1e400' },
  'a time of thirty digits': { timestamp: '1'.repeat(30) },
  'the last date there is': { timestamp: '8640000000000000' },
}

/** What every store adapter has to do with the events that callbacks are read as. */
export const callbacksContract = (t: Test, open: OpenStore): void => {
  t.test(
    'whatever an event of a callback holds, it is kept and read again, and so are its neighbours',
    async (t) => {
      const { store, clock, reopen } = await openPlace(t, open)
      for (const [what, odd] of Object.entries(ODD)) {
        const texts = [message(`before ${what}`, {}), message(what, odd), message(`after ${what}`, {})]
        const entry = parseJson(`[{"id":"1","time":${NOW},"messaging":[${texts.join(',')}]}]`) as Json
        const events = toNewEvents(entry, clock.now())
        t.same(await store.accept(events), { stored: 3, duplicates: 0 }, what)
        t.same(await store.accept(events), { stored: 0, duplicates: 3 }, `${what}, repeated`)
      }
      const again = await reopen()
      const handled: string[] = []
      for (;;) {
        const claims = await again.claimInbox(50)
        if (claims.length === 0) break
        for (const claim of claims) {
          for (const event of claim.events) {
            const read = readStoredEvent(event.body)
            handled.push('mid' in read ? String(read.mid) : read.kind)
            await again.finishEvent(claim, event, { replies: [event.body], state: event.body })
          }
          await again.releaseInbox(claim)
        }
      }
      const named = Object.keys(ODD).flatMap((what) => [`before ${what}`, what, `after ${what}`])
      t.same(handled.toSorted(), named.toSorted())
    },
  )
}
