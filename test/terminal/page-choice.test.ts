import t from 'tap'
import { parsePageChoice } from '../../src/terminal/page-choice.ts'

const PAGES = [{ id: '1001' }, { id: '1002' }, { id: '1003' }]

t.test('Pages are chosen by number, by several numbers, or all at once', async (t) => {
  t.strictSame(parsePageChoice('2', PAGES), ['1002'])
  t.strictSame(parsePageChoice(' 3, 1 ', PAGES), ['1001', '1003'])
  t.strictSame(parsePageChoice('1 1 1', PAGES), ['1001'])
  t.strictSame(parsePageChoice('ALL', PAGES), ['1001', '1002', '1003'])
})

t.test('anything else is no choice', async (t) => {
  for (const typed of [
    '',
    '  ',
    ',',
    '0',
    '4',
    '-1',
    '1.5',
    '1 4',
    '0x1',
    '1e0',
    'Bakery',
    'all 1',
    '9'.repeat(400),
  ]) {
    t.equal(parsePageChoice(typed, PAGES), null, JSON.stringify(typed.slice(0, 9)))
  }
})
