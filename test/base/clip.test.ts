import t from 'tap'
import { clip, clipped } from '../../src/base/clip.ts'

const TEXT = 'a🥐b👩‍👧🇫🇷é中'

t.test('a text is cut at every length without half a character', async (t) => {
  for (let most = 0; most <= TEXT.length; most += 1) {
    const cut = clip(TEXT, most)
    t.ok(cut.isWellFormed(), `${most}`)
    t.ok(TEXT.startsWith(cut))
    t.ok(cut.length === most || cut.length === most - 1, `${most}: no more is left out than that`)
    const shown = clipped(TEXT, most)
    t.ok(shown.isWellFormed())
    t.ok(most === 0 || shown.length <= most)
  }
  t.equal(clipped(TEXT, TEXT.length), TEXT)
  t.equal(clipped('🥐🥐', 3), '🥐…')
})
