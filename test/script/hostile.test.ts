import fc from 'fast-check'
import t from 'tap'
import { BotError } from '../../src/base/errors.ts'
import { CONTRACT, mistakesOf, parse } from '../conversation/scripts.ts'
import { anyCharacter } from '../helpers/any-character.ts'
import { roundsOr } from '../helpers/faults.ts'

t.test('an empty file, one of comments and one of spaces are refused as empty', async (t) => {
  for (const content of ['', '\n\n', '# only a comment\n', '   ', '---\n', '\uFEFF']) {
    t.match(mistakesOf(content), [{ line: null, found: 'nothing in it' }], JSON.stringify(content))
  }
})

t.test('a picture is refused at its first zero byte', async (t) => {
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d])
  t.match(mistakesOf(png), [{ line: 1, column: 1, found: 'bytes that are no UTF-8' }])

  t.match(mistakesOf('replies:\n  a\0b: x'), [{ line: 2, column: 4, found: 'a zero byte' }])
})

t.test('a text in another encoding is refused with the way out', async (t) => {
  const latin1 = Buffer.from('replies:\n  a: { say: Caf\xe9 }\n', 'latin1')
  t.match(mistakesOf(latin1), [{ line: 2, column: 16, found: 'bytes that are no UTF-8', expected: /UTF-8/ }])

  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(CONTRACT, 'utf16le')])
  for (const bytes of [utf16, utf16.subarray(2)])
    t.match(mistakesOf(bytes), [{ line: null, found: 'a text saved as UTF-16', expected: /UTF-8/ }])

  for (const head of ['PK\x03\x04\x14', '{\\rtf1\\ansi replies:', '%PDF-1.4'])
    t.match(mistakesOf(Buffer.from(head, 'latin1')), [
      { line: null, found: 'a document of a word processor' },
    ])
})

t.test('a file over 512 KiB is refused without being read as YAML', async (t) => {
  t.match(mistakesOf(Buffer.alloc(512 * 1024 + 1, 'x')), [
    { found: 'a file of 513 KiB', expected: 'at most 512 KiB' },
  ])
})

t.test('lists inside lists thousands of times over are refused', async (t) => {
  for (const content of ['['.repeat(5000), '{a: '.repeat(5000), '- '.repeat(5000), '? '.repeat(5000)]) {
    t.not(mistakesOf(content).length, 0, content.slice(0, 8))
  }
  t.match(mistakesOf(`replies:\n  a: ${'['.repeat(5000)}${']'.repeat(5000)}`), [
    { found: 'lists or mappings inside each other many times over' },
  ])
})

t.test('a small file that stands for billions of messages is refused at once', async (t) => {
  const levels = Array.from({ length: 12 }, (_, level) =>
    level === 0
      ? '  l0: &l0 { template_type: x }'
      : `  l${level}: &l${level} [${Array.from({ length: 10 }, () => `*l${level - 1}`).join(', ')}]`,
  )
  const bomb = `replies:\n  a:\n    say:\n      template:\n        template_type: x\n${levels.map((line) => `      ${line}`).join('\n')}\n`

  t.match(mistakesOf(bomb), [{ line: null, found: /aliases/, expected: 'fewer' }])
})

t.test('an alias that contains itself is refused', async (t) => {
  t.match(mistakesOf('replies:\n  a:\n    say: { template: &t { template_type: x, again: *t } }\n'), [
    { found: 'too many levels' },
  ])
})

t.test('twenty thousand replies that are written alike are read', async (t) => {
  const script = `replies:\n${Array.from({ length: 20_000 }, (_, index) => `  r${index}: { say: x }`).join('\n')}`

  t.equal(parse(script).replies.size, 20_000)
})

t.test('whatever a file holds, it is a script or a BotError', async () => {
  const settled = (content: string | Uint8Array): boolean => {
    try {
      parse(content)
      return true
    } catch (error) {
      return error instanceof BotError && error.code === 'BOT_SCRIPT_INVALID'
    }
  }
  const pieces = [
    ...CONTRACT.split(/(\s+|[{}[\],:])/),
    '&a',
    '*a',
    '!x',
    '|',
    '>',
    '- ',
    '? ',
    '%',
    '@',
    '`',
    '"',
    "'",
    '{{',
    '}}',
    '/(',
    '/x/',
    '\t',
    '\0',
    '#',
    '\u2028',
    '\uFEFF',
    '👋',
    '__proto__',
    'constructor',
    '<<',
    '---',
    '...',
    '\\',
    '0x1F',
    '.nan',
    '~',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 80 }), (parts) => settled(parts.join(''))),
    { numRuns: roundsOr(150, 100) },
  )
  fc.assert(fc.property(fc.string({ unit: anyCharacter, maxLength: 300 }), settled), {
    numRuns: roundsOr(100, 100),
  })
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), settled), { numRuns: roundsOr(80, 100) })
  // The contract's script, bent in one place.
  fc.assert(
    fc.property(fc.nat(CONTRACT.length), fc.nat(20), fc.constantFrom(...pieces), (from, length, piece) =>
      settled(CONTRACT.slice(0, from) + piece + CONTRACT.slice(from + length)),
    ),
    { numRuns: roundsOr(150, 100) },
  )
})

t.test('whatever a value is, it is read or refused', async () => {
  const places = [
    (value: string) => `profile: ${value}\nreplies: { a: { title: A, say: x } }`,
    (value: string) => `replies: { a: ${value} }`,
    (value: string) => `replies: { a: { title: A, when: ${value}, say: x } }`,
    (value: string) => `replies: { a: { title: A, say: ${value} } }`,
    (value: string) => `replies: { a: { title: A, say: x, choices: ${value} } }`,
    (value: string) => `fallback: ${value}`,
  ]
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.json({ maxDepth: 4 }), (place, json) => {
      try {
        parse(place(json))
      } catch (error) {
        if (!(error instanceof BotError)) throw error
      }
    }),
    { numRuns: roundsOr(200, 100) },
  )
})

t.test('whatever follows a slash, it is a pattern or refused, and never slow', async () => {
  const pieces = [
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '1000',
    ',',
    '*',
    '+',
    '?',
    '|',
    '\\',
    'd',
    'p{L}',
    'k<a>',
    'a',
    '.',
    '^',
    '$',
    '?<a>',
    '?P<b>',
    '?:',
    '?=',
    '\\u00e9',
    '-',
    'é',
    '👋',
    '/',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 25 }), (parts) => {
      const script = JSON.stringify({ replies: { a: { when: `/${parts.join('')}/i`, say: 'x' } } })
      try {
        parse(script).replies.get('a')?.patterns[0]?.match('a'.repeat(500))
      } catch (error) {
        if (!(error instanceof BotError)) throw error
      }
    }),
    { numRuns: roundsOr(150, 100) },
  )
})

t.test(
  'of hundreds of misspelt names the first are told what is meant, and the work ends there',
  async (t) => {
    const lines = Array.from({ length: 500 }, (_, index) => index.toString(36).padStart(3, 'k'))
    const kinds = {
      'names of replies': lines.map((n) => `  reply_${n}: { say: x, choices: [rpely_${n}] }`),
      'names that are remembered': lines.map(
        (n) => `  ask_${n}: { say: '{{saiz_${n}}}', ask: { question: q, remember: siaz_${n} }, next: last }`,
      ),
    }
    for (const [kind, written] of Object.entries(kinds)) {
      const mistakes = mistakesOf(`replies:\n  last: { say: y }\n${written.join('\n')}\n`)
      t.equal(mistakes.length, 500, kind)
      const told = mistakes.filter(({ hint }) => hint !== null)
      t.match(told[0]?.hint, /^Did you mean "(?:reply|siaz)_kk0"\?$/, kind)
      t.equal(told.length < 250 && told.length > 150, true, `${kind}: ${told.length} are told`)
      t.equal(mistakes[0]?.hint, told[0]?.hint, kind)
      t.equal(
        Math.max(...mistakes.map(({ expected }) => expected.length)) < 1000,
        true,
        `${kind}: short lines`,
      )
    }
  },
)

t.test(
  'a way of thousands of "go" is walked once, and a circle in it is refused where it is one',
  async (t) => {
    const way = (to: string) =>
      Array.from({ length: 2000 }, (_, index) => `  r${index}: { say: [{ go: r${index + 1} }] }`).join('\n') +
      `\n  r2000: { say: [x${to}] }\n`
    t.same(mistakesOf(`replies:\n${way('')}`), [])
    t.equal(mistakesOf(`replies:\n${way(', { go: r1998 }')}`).length, 3)

    // The way from one circle to another is none.
    const two = 'a: [{ go: b }], b: [{ go: a }, { go: c }], c: [{ go: d }], d: [{ go: c }]'
    const replies = two.replaceAll(/(\w): (\[.*?\])/g, '$1: { say: $2 }')
    t.same(
      mistakesOf(`replies: { ${replies} }`).map(({ found }) => found),
      ['b', 'a', 'd', 'c'].map((name) => `a "go" to "${name}", which leads back here`),
    )
  },
)
