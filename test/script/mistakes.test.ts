import t from 'tap'
import { ScriptError } from '../../src/script/mistakes.ts'
import { mistakesOf, parse } from '../conversation/scripts.ts'
import { long, many, refuseEach } from './refuse-each.ts'

refuseEach([
  {
    title: 'a keyword',
    script: 'replies:\n  a: { ‸keywords: [hi], say: x }\n',
    found: 'the key "keywords"',
    expected: /^a key of a reply/,
    hint: 'Did you mean "when"?',
  },
  {
    title: 'a phrase of the fallback',
    script: 'fallback: { ‸when: "*", say: x }\n',
    found: 'the key "when"',
    expected: /^a key of the fallback/,
    hint: /^The fallback is said where nothing fits/,
  },
  {
    title: 'a language as browsers spell it',
    script: 'language: ‸de-DE\nfallback: { say: x }\n',
    found: '"de-DE"',
    expected: /^a language like de/,
    hint: 'Did you mean "de_DE"?',
  },
  {
    title: 'an unknown section',
    script: 'replies: { a: { say: x } }\n‸fallbak:\n  say: x\n',
    found: 'the key "fallbak"',
    expected: 'a key of the script: profile, replies, fallback, typing',
    hint: 'Did you mean "fallback"?',
  },
  {
    title: 'an unknown key of a reply, two levels deep',
    script: 'replies:\n  hours:\n    ‸titel: Opening hours\n    say: x\n',
    found: 'the key "titel"',
    expected: 'a key of a reply: title, when, say, choices, do',
    hint: 'Did you mean "title"?',
  },
  {
    title: 'a blank of a web page before a key',
    script: 'replies:\n‸\u00a0\u00a0hours: { say: x }\n',
    found: /./,
    expected: /./,
    hint: /a blank that is no space \(U\+00A0\)/,
  },
  {
    title: 'a blank of a web page behind a colon',
    script: 'replies:\n  hours:\n    ‸when:\u00a0[opening]\n    say: Nine\n',
    found: /./,
    expected: /./,
    hint: /a blank that is no space \(U\+00A0\)/,
  },
  {
    title: 'a name whose accent is a character of its own',
    script: 'replies:\n  cafe\u0301: { title: C, say: x }\nfallback: { say: x, choices: [‸caf\u00e9] }\n',
    found: '"caf\u00e9"',
    expected: 'the name of a reply',
    hint: 'It looks like "cafe\u0301" and is written with other characters: copy the name.',
  },
  {
    title: 'a name with a character that cannot be seen',
    script: 'replies:\n  hours: { title: C, say: x }\nfallback: { say: x, choices: [‸hours\u200b] }\n',
    found: '"hours"',
    expected: 'the name of a reply',
    hint: 'It looks like "hours" and is written with other characters: copy the name.',
  },
  {
    title: 'a colon in typographic quotation marks',
    script: 'replies:\n  hours:\n    say: ‸“Nine: to five”\n',
    found: 'a second colon',
    expected: 'one colon in a line',
    hint: /Typographic quotation marks .* mean nothing to YAML/,
  },
  {
    title: 'a quotation mark that is not closed',
    script: "replies:\n  hours:\n    say: ‸'From nine to\n  place:\n    say: Here.\n",
    found: 'a text whose quotation mark is not closed',
    expected: 'the same mark at its end',
    hint: /'it''s'/,
  },
  {
    title: 'a merge key',
    script: 'replies:\n  a: &a { say: x }\n  b: { ‸<<: *a, say: y }\n',
    found: 'the key "<<"',
    expected: /a key of a reply/,
    hint: /write out what they would bring along/,
  },
  {
    title: 'a text that shows nothing',
    script: 'replies:\n  a: { say: ‸"\u200b" }\n',
    found: 'a text that shows nothing',
    expected: 'a text',
  },
  {
    title: 'a control character',
    script: 'replies:\n  a: { say: ‸"x\\a" }\n',
    found: 'a character that cannot be sent (U+0007)',
    expected: 'a text without it',
  },
  {
    title: 'half a surrogate pair',
    script: 'replies:\n  a: { say: ‸"x\\ud800" }\n',
    found: 'a character that cannot be sent (U+D800)',
    expected: 'a text without it',
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
    title: 'a pause after a person that is no time',
    script: 'handover: { resume_after: ‸ever }\nreplies: { a: { say: x } }\n',
    found: '"ever"',
    expected: /^a time like/,
  },
  {
    title: 'an address with a variable in the place of the host',
    script: 'replies:\n  a:\n    say: { image: ‸"{{page_name}}/a.png" }\n',
    found: '"{{page_name}}/a.png"',
    expected: /begins with https/,
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
])

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
  try {
    parse(script)
    t.fail('it is refused')
  } catch (error) {
    t.match(error, { message: /has 5000 mistakes:[^]*and 4900 more$/ })
    t.ok(error instanceof ScriptError && error.message.length < 30_000)
  }
})

t.test('what is shown of a script is short and on one line', async (t) => {
  const [mistake] = mistakesOf(
    `replies:\n  a:\n    do: "${'long '.repeat(50)}\\n\\u001b[31mred"\n    say: x\n`,
  )

  t.match(mistake, { found: /^"[\p{L} …[\]0-9]{1,41}"$/u })
})

t.test(
  'a file with the line ends of old Macs says so instead of complaining about its first line',
  async (t) => {
    t.match(mistakesOf('replies:\r  a: { say: x }\r'), [{ line: null, found: /old Macs/ }])
  },
)
