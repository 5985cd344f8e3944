import t from 'tap'
import { ScriptError } from '../../src/script/mistakes.ts'
import { atCaret, mistakesOf, parse } from '../conversation/scripts.ts'

interface Case {
  title: string
  /** With a caret where the mistake is to be found. */
  script: string
  found: string | RegExp
  expected: string | RegExp
  hint?: string | RegExp
}

const long = (length: number): string => 'x'.repeat(length)
const many = (count: number, item: string): string => Array.from({ length: count }, () => item).join(', ')

const CASES: Case[] = [
  {
    title: 'answers for questions beside an address',
    script:
      'replies:\n  a:\n    say: [{ text: x, buttons: [{ title: T, url: "https://x.y", ‸with: { item: Mug } }] }]\n',
    found: '"with" beside "url"',
    expected: '"with" beside "reply" alone',
    hint: /Leave "with" out/,
  },
  {
    title: 'answers for questions beside a phone number',
    script:
      'replies:\n  a:\n    say: [{ text: x, buttons: [{ title: T, call: "+4930123456", ‸with: { item: Mug } }] }]\n',
    found: '"with" beside "call"',
    expected: '"with" beside "reply" alone',
  },
  {
    title: 'an answer brought along to a reply that asks nothing',
    script:
      'replies:\n  a:\n    say: [{ text: x, buttons: [{ title: T, reply: b, with: { ‸item: Mug } }] }]\n  b: { say: x }\n  c: { ask: { question: q, remember: item }, next: b }\n',
    found: '"item"',
    expected: 'a name under which a question of the reply "b" remembers its answer',
    hint: 'The reply "b" asks nothing.',
  },
  {
    title: 'an answer brought along for the question of another reply',
    script:
      'replies:\n  a:\n    say: [{ text: x, buttons: [{ title: T, reply: c, with: { ‸itm: Mug } }] }]\n  b: { say: x }\n  c: { ask: { question: q, remember: item }, next: b }\n',
    found: '"itm"',
    expected: /of the reply "c"/,
    hint: 'Did you mean "item"?',
  },
  {
    title: 'an unknown section',
    script: 'replies: { a: { say: x } }\n‸fallbak:\n  say: x\n',
    found: 'the key "fallbak"',
    expected: 'a key of the script: profile, replies, fallback, typing',
    hint: 'Did you mean "fallback"?',
  },
  {
    title: 'an unknown key of the profile',
    script: 'profile:\n  ‸greting: Hi\nreplies: { a: { say: x } }\n',
    found: 'the key "greting"',
    expected: /a key of the profile: greeting, get_started/,
    hint: 'Did you mean "greeting"?',
  },
  {
    title: 'an unknown key of a reply, two levels deep',
    script: 'replies:\n  hours:\n    ‸titel: Opening hours\n    say: x\n',
    found: 'the key "titel"',
    expected: 'a key of a reply: title, when, say, choices, do',
    hint: 'Did you mean "title"?',
  },
  {
    title: 'a key that resembles none',
    script: 'replies:\n  hours:\n    ‸zzzzzzzz: 1\n    say: x\n',
    found: 'the key "zzzzzzzz"',
    expected: /a key of a reply/,
  },
  {
    title: 'a reply written twice',
    script: 'replies:\n  hours: { say: x }\n  ‸hours: { say: y }\n',
    found: '"hours" a second time',
    expected: 'each name once; it stands in line 2 too',
  },
  {
    title: 'a reply that is a text',
    script: 'replies:\n  hours: ‸We are open.\n',
    found: '"We are open."',
    expected: 'a reply: a mapping with title, when, say, choices, do',
  },
  {
    title: 'a reply without a word',
    script: 'replies:\n  hours:\n    ‸when: [hours]\n',
    found: 'no "say"',
    expected: 'a reply to say something',
  },
  {
    title: 'choices without a message above',
    script: 'replies:\n  hours: ‸{ title: H, choices: [hours], do: handover }\n',
    found: 'no "say"',
    expected: 'a message above the choices',
  },
  {
    title: 'replies as a list',
    script: 'replies:\n  ‸- say: x\n',
    found: 'a list',
    expected: 'replies by name',
  },
  {
    title: 'nothing after say',
    script: 'replies:\n  a:\n    say:‸\n',
    found: 'nothing',
    expected: /a message/,
  },
  {
    title: 'a key without a colon in a mapping on one line',
    script: 'replies:\n  a:\n    say: { image‸ }\n',
    found: 'nothing',
    expected: 'an address',
  },
  {
    title: 'an empty text',
    script: 'replies:\n  a:\n    say: ‸""\n',
    found: 'an empty text',
    expected: 'a text',
  },
  {
    title: 'an empty list of messages',
    script: 'replies:\n  a:\n    say: ‸[]\n',
    found: 'an empty list',
    expected: 'one or more messages',
  },
  {
    title: 'a list in the list of messages',
    script: 'replies:\n  a:\n    say: [x, ‸[y]]\n',
    found: 'a list',
    expected: /^a message: a text, or a mapping with text, image/,
  },
  {
    title: 'a choice that is no reply',
    script: 'replies:\n  hours: { title: H, say: x, choices: [hours, ‸huors] }\n',
    found: '"huors"',
    expected: 'the name of a reply',
    hint: 'Did you mean "hours"?',
  },
  {
    title: 'a choice whose reply has no title',
    script: 'replies:\n  hours: { say: x }\nfallback: { say: x, choices: [‸hours] }\n',
    found: 'the choice "hours", a reply without a title',
    expected: 'a title for its button',
    hint: 'Add "title: ..." to the reply "hours".',
  },
  {
    title: 'a Get Started that is no reply',
    script: 'profile: { get_started: ‸welcom }\nreplies: { welcome: { say: x } }\n',
    found: '"welcom"',
    expected: 'the name of a reply',
    hint: 'Did you mean "welcome"?',
  },
  {
    title: 'an ice breaker to no reply',
    script: 'profile: { ice_breakers: [{ question: Why?, reply: ‸b }] }\nreplies: { a: { say: x } }\n',
    found: '"b"',
    expected: 'the name of a reply',
  },
  {
    title: 'an ice breaker without a question',
    script: 'profile: { ice_breakers: [‸{ reply: a }] }\nreplies: { a: { say: x } }\n',
    found: 'no "question"',
    expected: 'an ice breaker to have one',
  },
  {
    title: 'a menu item that leads nowhere',
    script: 'profile: { get_started: a, menu: [‸{ title: A }] }\nreplies: { a: { say: x } }\n',
    found: 'neither "reply" nor "url"',
    expected: 'a menu item to have one of them',
  },
  {
    title: 'a menu item that leads to two places',
    script:
      'profile: { get_started: a, menu: [‸{ title: A, reply: a, url: "https://example.com" }] }\nreplies: { a: { say: x } }\n',
    found: 'both "reply" and "url"',
    expected: 'a menu item to have one of them',
  },
  {
    title: 'a language of the profile that Messenger does not have',
    script: 'profile: { greeting: ‸{ en: Hi, xx: Hm } }\nreplies: { a: { say: x } }\n',
    found: 'the language "xx"',
    expected: 'one that Messenger has',
  },
  {
    title: 'a country that Messenger does not have a language for',
    script: 'profile: { greeting: ‸{ en: Hi, bn_BD: Hm } }\nreplies: { a: { say: x } }\n',
    found: 'the language "bn_BD"',
    expected: 'one that Messenger has',
    hint: 'Messenger has bn_IN.',
  },
  {
    title: 'a menu item that calls: Messenger has no such',
    script:
      'profile: { get_started: a, menu: [{ title: A, ‸call: "+4930123456" }] }\nreplies: { a: { say: x } }\n',
    found: 'the key "call"',
    expected: 'a key of a menu item: title, reply, url',
  },
  {
    title: 'a button that leads to two places',
    script: 'replies: { a: { say: { text: x, buttons: [‸{ title: A, reply: a, call: "+4930123456" }] } } }\n',
    found: 'both "reply" and "call"',
    expected: 'a button to have one of them',
  },
  {
    title: 'a button that leads nowhere',
    script: 'replies: { a: { say: { text: x, buttons: [‸{ title: A }] } } }\n',
    found: 'neither "reply", "url" nor "call"',
    expected: 'a button to have one of them',
  },
  {
    title: 'a phone number without the code of its country',
    script: 'replies: { a: { say: { text: x, buttons: [{ title: A, call: ‸030 123456 }] } } }\n',
    found: '"030 123456"',
    expected: 'a phone number with + and the code of the country, like +49 30 1234567',
  },
  {
    title: 'a phone number where an address belongs',
    script: 'replies: { a: { say: { text: x, buttons: [{ title: A, url: ‸"tel:+4930123456" }] } } }\n',
    found: '"tel:+4930123456"',
    expected: 'the address of a page that begins with https:// or http://',
    hint: 'A phone number stands under "call" instead of "url".',
  },
  {
    title: 'a pause after a person that is no time',
    script: 'handover: { resume_after: ‸ever }\nreplies: { a: { say: x } }\n',
    found: '"ever"',
    expected: /^a time like/,
  },
  {
    title: 'a menu without Get Started',
    script: 'profile: ‸{ menu: [{ title: A, reply: a }] }\nreplies: { a: { say: x } }\n',
    found: 'a menu without "get_started"',
    expected: 'both (Facebook shows no menu otherwise)',
  },
  {
    title: 'an address without https',
    script:
      'profile: { get_started: a, menu: [{ title: A, url: ‸example.com }] }\nreplies: { a: { say: x } }\n',
    found: '"example.com"',
    expected: 'the address of a page that begins with https:// or http://',
  },
  {
    title: 'an address that runs a script',
    script: 'replies:\n  a:\n    say: { text: x, buttons: [{ title: A, url: ‸"javascript:alert(1)" }] }\n',
    found: '"javascript:alert(1)"',
    expected: /begins with https/,
  },
  {
    title: 'an address with a variable in the place of the host',
    script: 'replies:\n  a:\n    say: { image: ‸"{{page_name}}/a.png" }\n',
    found: '"{{page_name}}/a.png"',
    expected: /begins with https/,
  },
  {
    title: 'a button to no reply',
    script: 'replies:\n  a:\n    say: { text: x, buttons: [{ title: A, reply: ‸bb }] }\n',
    found: '"bb"',
    expected: 'the name of a reply',
  },
  {
    title: 'buttons without a text',
    script: 'replies:\n  a:\n    say: ‸{ buttons: [{ title: A, reply: a }] }\n',
    found: 'no "text"',
    expected: 'a message with buttons to have one',
  },
  {
    title: 'a card with a title only',
    script: 'replies:\n  a:\n    say: { cards: [‸{ title: Shirt }] }\n',
    found: 'a card with a title only',
    expected: /a subtitle, an image or buttons besides/,
  },
  {
    title: 'two kinds of message in one',
    script:
      'replies:\n  a:\n    say: { image: "https://example.com/a.png", ‸audio: "https://example.com/a.mp3" }\n',
    found: 'the key "audio"',
    expected: 'a key of a message with an image: image',
  },
  {
    title: 'a misspelt kind of message',
    script: 'replies:\n  a:\n    say: { ‸imgae: "https://example.com/a.png" }\n',
    found: 'the key "imgae"',
    expected: /^a message/,
    hint: 'Did you mean "image"?',
  },
  {
    title: 'a text with a colon in a list',
    script: 'replies:\n  a:\n    say:\n      - ‸Good news, everybody: we are open\n',
    found: 'the key "Good news, everybody"',
    expected: /^a message/,
    hint: 'A text with a colon and a space in it must stand in quotes.',
  },
  {
    title: 'a raw template without its type',
    script: 'replies:\n  a:\n    say: { template: ‸{ elements: [] } }\n',
    found: 'no "template_type"',
    expected: /name its type/,
  },
  {
    title: 'an unknown action',
    script: 'replies:\n  a: { say: x, do: ‸handoff }\n',
    found: '"handoff"',
    expected: '"handover"',
  },
  {
    title: 'typing that is neither on nor off',
    script: 'typing: ‸maybe\nreplies: { a: { say: x } }\n',
    found: '"maybe"',
    expected: '"true" or "false"',
  },
  {
    title: 'an unknown variable',
    script: 'replies:\n  a:\n    say: Hello {{page_name}} and ‸{{pagename}}\n',
    found: 'the variable {{pagename}}',
    expected: 'one known in this reply: {{page_name}}',
    hint: 'Did you mean "page_name"?',
  },
  {
    title: 'a group of another reply',
    script: 'replies:\n  a: { when: /(?<number>\\d+)/, say: "{{number}}" }\n  b: { say: "‸{{number}}" }\n',
    found: 'the variable {{number}}',
    expected: 'one known in this reply: {{page_name}}',
  },
  {
    title: 'a visitor variable of Facebook outside the greeting',
    script: 'replies:\n  a: { say: "Hi ‸{{user_first_name}}" }\n',
    found: 'the variable {{user_first_name}}',
    expected: /one known in this reply/,
  },
  {
    title: 'our variable in the greeting',
    script: 'profile: { greeting: "Hi from ‸{{page_name}}" }\nreplies: { a: { say: x } }\n',
    found: 'the variable {{page_name}}',
    expected: /user_first_name/,
  },
  {
    title: 'braces that do not close',
    script: 'replies:\n  a:\n    say: Hello ‸{{page_name\n',
    found: '{{ without a name and }}',
    expected: 'a variable like {{page_name}}',
  },
  {
    title: 'a variable in a title',
    script: 'replies:\n  a: { title: "Hi ‸{{page_name}}", say: x }\n',
    found: 'a variable in a title',
    expected: 'a title without',
  },
  {
    title: 'a text that is nothing but a variable, without quotes',
    script: 'replies:\n  a:\n    say: ‸{{page_name}}\n',
    found: 'a mapping (key: value)',
    expected: /^a message/,
    hint: 'A text that begins with {{ must stand in quotes.',
  },
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
    title: 'a group named like a variable',
    script: 'replies:\n  a: { when: ‸/(?<page_name>x)/, say: x }\n',
    found: 'a group named "page_name"',
    expected: /another name/,
  },
  {
    title: 'a text that no five messages can hold',
    script: `replies:\n  a:\n    say: ‸${long(9996)}\n`,
    found: '9996 characters',
    expected: 'a text of at most 9995 (so much of it can be split into messages)',
  },
  {
    title: 'a title of 21 characters',
    script: `replies:\n  a: { title: ‸${long(21)}, say: x }\n`,
    found: '21 characters',
    expected: "a title of at most 20 (Facebook's limit)",
  },
  {
    title: '61 choices',
    script: `replies:\n  a: { title: A, say: x, choices: [${many(60, 'a')}, ‸a] }\n`,
    found: '61 items',
    expected: 'at most 60 (a visitor reads no more)',
  },
  {
    title: '4 buttons',
    script: `replies:\n  a: { say: { text: x, buttons: [${many(3, '{ title: A, reply: a }')}, ‸{ title: B, reply: a }] } }\n`,
    found: '4 items',
    expected: "at most 3 (Facebook's limit)",
  },
  {
    title: 'a text above buttons of 641 characters',
    script: `replies:\n  a: { say: { text: ‸${long(641)}, buttons: [{ title: A, reply: a }] } }\n`,
    found: '641 characters',
    expected: /at most 640/,
  },
  {
    title: '11 cards',
    script: `replies:\n  a: { say: { cards: [${many(10, '{ title: A, subtitle: b }')}, ‸{ title: B, subtitle: b }] } }\n`,
    found: '11 items',
    expected: /at most 10/,
  },
  {
    title: 'a title of a card of 81 characters',
    script: `replies:\n  a: { say: { cards: [{ title: ‸${long(81)}, subtitle: x }] } }\n`,
    found: '81 characters',
    expected: /at most 80/,
  },
  {
    title: 'a greeting of 161 characters',
    script: `profile: { greeting: ‸${long(161)} }\nreplies: { a: { say: x } }\n`,
    found: '161 characters',
    expected: /at most 160/,
  },
  {
    title: '5 ice breakers',
    script: `profile: { ice_breakers: [${many(4, '{ question: Q, reply: a }')}, ‸{ question: R, reply: a }] }\nreplies: { a: { say: x } }\n`,
    found: '5 items',
    expected: /at most 4/,
  },
  {
    title: '21 menu items',
    script: `profile: { get_started: a, menu: [${many(20, '{ title: A, reply: a }')}, ‸{ title: B, reply: a }] }\nreplies: { a: { say: x } }\n`,
    found: '21 items',
    expected: /at most 20/,
  },
  {
    title: 'a name of 1001 characters',
    script: `replies:\n  ‸${long(1001)}: { say: x }\n`,
    found: 'a name of 1001 characters',
    expected: /at most 1000/,
  },
  {
    title: 'a phrase longer than what is looked at',
    script: `replies:\n  a: { when: ‸${long(501)}, say: x }\n`,
    found: '501 characters',
    expected: /at most 500/,
  },
  {
    title: 'a template nested too deeply',
    script: `replies:\n  a: { say: { template: { template_type: x, deep: ${'['.repeat(20)}‸[]${']'.repeat(20)} } } }\n`,
    found: 'too many levels',
    expected: /at most 20 levels/,
  },
  {
    title: 'a script of sections it does not need',
    script: '‸typing: true\n',
    found: 'neither "replies" nor "fallback"',
    expected: 'something to say',
  },
  {
    title: 'a list in the place of the script',
    script: '‸- a\n- b\n',
    found: 'a list',
    expected: /^the script: a mapping with profile, replies, fallback, typing/,
  },
  {
    title: 'a web page in the place of the script',
    script: '‸<html><body>Not found</body></html>\n',
    found: '"<html><body>Not found</body></html>"',
    expected: /^the script: a mapping/,
  },
  {
    title: 'a name that is a list',
    script: 'replies:\n  ? ‸[a]\n  : { say: x }\n  b: { say: x }\n',
    found: 'a list',
    expected: 'a name before the colon',
  },
  {
    title: 'a second colon in a line',
    script: 'replies:\n  a:\n    say: ‸Hours: 9 to 5\n',
    found: 'a second colon',
    expected: 'one colon in a line',
    hint: 'A text with a colon and a space in it must stand in quotes.',
  },
  {
    title: 'a tab as indentation',
    script: 'replies:\n‸\ta: { say: x }\n',
    found: 'a tab',
    expected: 'spaces before the first word of a line',
  },
  {
    title: 'an unclosed bracket',
    script: 'replies:\n  a:\n    say: [x, y\n  ‸b:\n    say: z\n',
    found: /unclosed bracket/,
    expected: /every bracket to be closed/,
  },
  {
    title: 'a regular expression in double quotes',
    script: 'replies:\n  a: { when: "/order‸\\d+/", say: x }\n',
    found: 'a backslash in double quotes',
    expected: /single quotes/,
  },
  {
    title: 'a text that begins with an at sign',
    script: 'replies:\n  a:\n    say: ‸@home\n',
    found: 'a text that begins with @ or `',
    expected: 'such a text to stand in quotes',
  },
  {
    title: 'a text that begins with a star',
    script: 'replies:\n  a:\n    say: ‸*wow\n',
    found: 'an alias (*)',
    expected: 'a text that begins with * to stand in quotes',
  },
  {
    title: 'a text that begins with an exclamation mark',
    script: 'replies:\n  a:\n    say: ‸!important this\n',
    found: 'a tag (!)',
    expected: 'no tags',
  },
  {
    title: 'a second document',
    script: 'replies: { a: { say: x } }\n‸---\nreplies: { b: { say: x } }\n',
    found: 'a second document (---)',
    expected: 'one document in a file',
  },
  {
    title: 'a text that begins with a variable and goes on',
    script: 'replies:\n  a:\n    say: ‸{{page_name}} is open\n',
    found: 'a mapping (key: value)',
    expected: /^a message/,
    hint: 'A text that begins with {{ must stand in quotes.',
  },
]

for (const { title, script: marked, found, expected, hint } of CASES) {
  t.test(`${title} is refused at its place`, async (t) => {
    const { script, line, column } = atCaret(marked)
    const mistakes = mistakesOf(script)

    t.equal(mistakes.length, 1, { mistakes })
    t.match(mistakes[0], { line, column, found, expected, ...(hint !== undefined && { hint }) })
  })
}

t.test('all mistakes of a file are told at once, in their order', async (t) => {
  const script = [
    'profile:',
    '  get_started: welcom',
    'replies:',
    '  welcome:',
    '    say: Hi {{nobody}}',
    '    choices: [hours, humn]',
    '  hours:',
    '    titel: Opening hours',
    '    when: [/(/, fine, /x/q]',
    '    say: ""',
    'fallbak: {}',
  ].join('\n')

  const places = mistakesOf(script).map(({ line, column }) => [line, column])
  t.same(places, [
    [2, 16],
    [5, 13],
    [6, 22],
    [8, 5],
    [9, 13],
    [9, 26],
    [10, 10],
    [11, 1],
  ])
})

t.test('the message reads like a compiler: file, line, column, found, expected', async (t) => {
  t.throws(() => parse('replies:\n  a:\n    sya: x\n    say: y\n'), {
    name: 'ScriptError',
    code: 'BOT_SCRIPT_INVALID',
    message:
      'bot.yaml has a mistake:\n  bot.yaml:3:5: found the key "sya"; expected a key of a reply: title, when, say, choices, do, ask, next, answers. Did you mean "say"?',
    remedy: /docs\/bot-script\.md/,
  })
})

t.test('a mistake of YAML does not hide those above it, and does not invent others below', async (t) => {
  const mistakes = mistakesOf(
    'profile: { greting: x }\nreplies:\n  a:\n    say: Hours: 9\n    choices: [b]\n',
  )

  t.match(mistakes, [
    { line: 1, column: 12, found: 'the key "greting"' },
    { line: 4, column: 10, found: 'a second colon' },
  ])
  t.equal(mistakes.length, 2)
})

t.test('thousands of mistakes are counted, not listed', async (t) => {
  const script = Array.from({ length: 5000 }, (_, index) => `wrong${index}: x`).join('\n')
  t.throws(() => parse(script), { message: /has 5000 mistakes:[^]*and 4900 more$/ })
  try {
    parse(script)
  } catch (error) {
    t.ok(error instanceof ScriptError && error.message.length < 30_000)
  }
})

t.test('what is shown of a script is short and on one line', async (t) => {
  const [mistake] = mistakesOf(
    `replies:\n  a:\n    do: "${'long '.repeat(50)}\\n\\u001b[31mred"\n    say: x\n`,
  )

  t.match(mistake, { found: /^"[\p{L} …[\]0-9]{1,41}"$/u })
})
