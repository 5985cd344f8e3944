import { refuseEach } from './refuse-each.ts'

refuseEach([
  {
    title: 'the same phrase in two replies',
    script: 'replies:\n  a: { when: [opening hours], say: x }\n  b: { when: [x, ‸Opening Hours!], say: y }\n',
    found: 'the phrase "Opening Hours!"',
    expected: 'a phrase of one reply only; "a" has it in line 2',
  },
  {
    title: 'a look-ahead',
    script: 'replies:\n  a: { when: [x, "/foo‸(?=bar)/i"], say: x }\n',
    found: '"(?=" (invalid or unsupported Perl syntax)',
    expected: /without look-ahead/,
  },
  {
    title: 'a look-behind',
    script: "replies:\n  a: { when: '/‸(?<!a)b/', say: x }\n",
    found: /\(\?<!a\)b/,
    expected: /look-behind/,
  },
  {
    title: 'a back reference by number',
    script: "replies:\n  a: { when: '/(a)‸\\1/', say: x }\n",
    found: /invalid escape sequence/,
    expected: /back references/,
  },
  {
    title: 'a back reference by name',
    script: "replies:\n  a: { when: '/(?<q>a)‸\\k<q>/', say: x }\n",
    found: 'a back reference',
    expected: /back references/,
  },
  {
    title: 'an unclosed group',
    script: 'replies:\n  a: { when: /‸foo(bar/, say: x }\n',
    found: /missing closing \)/,
    expected: /regular expression/,
  },
  {
    title: 'a pattern without an end',
    script: 'replies:\n  a: { when: ‸/start, say: x }\n',
    found: '"/start" without a second /',
    expected: /regular expression like/,
    hint: 'Phrases need no /: punctuation does not count in them.',
  },
  {
    title: 'an empty pattern',
    script: 'replies:\n  a: { when: ‸//i, say: x }\n',
    found: 'an empty pattern',
    expected: 'something to look for',
  },
  {
    title: 'an unknown flag',
    script: 'replies:\n  a: { when: /foo/‸x, say: x }\n',
    found: 'the flag "x"',
    expected: /the flags i/,
  },
  {
    title: 'a pattern that would need a large machine',
    script: 'replies:\n  a: { when: ‸"/(\\\\p{L}|\\\\p{N}|.){1,900}!/", say: x }\n',
    found: 'a pattern with too many repetitions',
    expected: /lower numbers/,
  },
  {
    title: 'a pattern that would take seconds to read',
    script: `replies:\n  a: { when: ‸"/${'[[:'.repeat(30_000)}/", say: x }\n`,
    found: 'a regular expression of 90002 characters',
    expected: 'at most 5000',
  },
  {
    title: 'a group named like a variable',
    script: 'replies:\n  a: { when: ‸/(?<page_name>x)/, say: x }\n',
    found: 'a group named "page_name"',
    expected: /another name/,
  },
])
