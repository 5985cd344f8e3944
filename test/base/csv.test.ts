import t from 'tap'
import { csv } from '../../src/base/csv.ts'

const cellOf = (text: string): string => csv([[text]]).replace(/\r\n$/, '')

t.test('no cell becomes a formula, in whichever way a spreadsheet takes the table apart', async (t) => {
  for (const [text, shown] of [
    ['=cmd()', "'=cmd()"],
    ['+49 30 123', "'+49 30 123"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['  =1+1', "  '=1+1"],
    ['\uFEFF=1+1', "\uFEFF'=1+1"],
    ['\u200B=1', "\u200B'=1"],
    ['\u2060=1', "\u2060'=1"],
    ['x;\u200B=1', "x;\u200B'=1"],
    ['\u202E=1', "'=1"],
    ['x\u2028=1', "x\u2028'=1"],
    ['﹦1+1', "'﹦1+1"],
    ['x\r=1', `"x\n'=1"`],
    ['＝1+1', "'＝1+1"],
    ["x;=cmd|'/C calc'!A0", "x;'=cmd|'/C calc'!A0"],
    ['x\t=1', "x\t'=1"],
    ['x\n=1', `"x\n'=1"`],
    ['\t=1', "\t'=1"],
    ['\u001B=1', "'=1"],
    ['=HYPERLINK("https://x.y"), Ann', `"'=HYPERLINK(""https://x.y""), Ann"`],
  ] as const)
    t.equal(cellOf(text), shown, encodeURIComponent(text))
})

t.test('no cell steers the terminal that a table is printed to', async (t) => {
  t.equal(cellOf('a\u001B[2Jb\u009B31m\u0007'), 'a[2Jb31m')
  t.equal(cellOf('paid\rnot paid'), '"paid\nnot paid"', 'a carriage return would write over the line')
})

t.test('no cell turns the direction of its line', async (t) => {
  t.equal(cellOf('paid \u202E000,1\u2066 \u2069\u202Aeuro'), '"paid 000,1 euro"')
})

t.test('what is no formula stays as it is', async (t) => {
  for (const text of [
    '',
    'a=b',
    'a - b',
    'see you ;-)',
    'a; b',
    'x@y.z',
    'größe',
    '👩‍👩‍👧',
    'می\u200Cخواهم \u200F12',
    '12',
    'a+b',
  ])
    t.equal(cellOf(text), text)
  t.equal(
    csv([
      ['a', 1],
      ['b,c', -2],
    ]),
    'a,1\r\n"b,c",-2\r\n',
  )
})

t.test('a text of many line breaks or invisible characters takes no longer than another one', async (t) => {
  for (const sign of ['\n', '\t', '\u2028', '\u200B']) {
    const from = performance.now()
    cellOf(`${sign.repeat(100_000)}x`)
    const ms = performance.now() - from
    t.ok(ms < 2000, `${ms} ms`)
  }
})
