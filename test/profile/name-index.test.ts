import t from 'tap'
import { createNameIndex } from '../../src/profile/name-index.ts'
import { createFakeClock } from '../helpers/clock.ts'

const build = (keep: (name: string) => Promise<void>) => {
  const clock = createFakeClock()
  const asked: string[] = []
  const warnings: unknown[] = []
  let tell = (_visitor: { pageId: string; psid: string; name: string }): void => undefined
  const index = createNameIndex({
    profiles: { knownName: ({ psid }) => (asked.push(psid), null), onName: (listener) => (tell = listener) },
    latest: () => [
      { pageId: '1', psid: '7' },
      { pageId: '1', psid: '8' },
    ],
    keep: ({ pageId, psid, name }) => keep(`${pageId} ${psid} ${name}`),
    clock,
    log: { warn: (...about: unknown[]) => void warnings.push(about) },
  })
  return { index, clock, asked, warnings, tell: (name: string) => tell({ pageId: '1', psid: '7', name }) }
}

t.test('names that Facebook tells are kept, and those of the latest visitors asked for', async (t) => {
  const kept: string[] = []
  const { index, clock, asked, tell } = build(async (name) => void kept.push(name))
  index.start()
  await clock.advance(60_000)
  t.strictSame(asked, ['7', '8'])
  tell('Ann')
  tell('x'.repeat(500))
  t.strictSame(kept, ['1 7 Ann', `1 7 ${'x'.repeat(200)}`])
  index.stop()
  await clock.advance(600_000)
  t.equal(asked.length, 2)
})

t.test('a name that cannot be kept is a warning without the name', async (t) => {
  const { tell, warnings } = build(async () => {
    throw new Error('the disk is full')
  })
  tell('Ann')
  await new Promise(setImmediate)
  t.match(JSON.stringify(warnings), /could not be kept/)
  t.notMatch(JSON.stringify(warnings), /Ann/)
})
