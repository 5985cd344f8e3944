import t from 'tap'
import { mistakesOf } from '../conversation/scripts.ts'
import { refuseEach } from './refuse-each.ts'

/** Conditions, questions, languages, hours: each with one mistake, at the mark. */
refuseEach([
  {
    title: 'an empty condition',
    script: 'replies: { a: { say: [{ if: ‸{}, say: x }] } }',
    found: 'an empty condition',
    expected: 'something that must hold',
  },
  {
    title: 'an unknown condition',
    script: 'replies: { a: { say: [{ if: { ‸opne: true }, say: x }] } }',
    found: 'the key "opne"',
    expected: /visit, open, language, known, unknown, remembered/,
    hint: /"open"/,
  },
  {
    title: 'a condition that says nothing',
    script: 'replies: { a: { say: [‸{ if: { visit: first }, else: x }] } }',
    found: 'neither "say" nor "go"',
    expected: 'what is said when the condition holds',
  },
  {
    title: 'opening hours that are not given',
    script: 'replies: { a: { say: [{ if: ‸{ open: true }, say: x }] } }',
    found: 'a condition on opening hours',
    expected: 'the section "hours" with them',
  },
  {
    title: 'a name that is never remembered',
    script:
      'replies: { a: { say: [{ if: { known: ‸sise }, say: x }] }, b: { ask: { question: q, remember: size }, next: a } }',
    found: '"sise"',
    expected: 'a name under which a question remembers its answer',
    hint: /"size"/,
  },
  {
    title: 'a variable that no question remembers',
    script: 'replies: { a: { say: "‸{{sise}}" }, b: { ask: { question: q, remember: size }, next: a } }',
    found: 'the variable {{sise}}',
    expected: /{{page_name}}, {{size}}/,
    hint: /"size"/,
  },
  {
    title: 'a "go" to nowhere',
    script: 'replies: { a: { say: [x, { go: ‸bb }] }, b: { say: y } }',
    found: '"bb"',
    expected: 'the name of a reply',
  },
  {
    title: 'a circle of "go"',
    script: 'replies: { a: { say: [x, { go: ‸a }] } }',
    found: 'a "go" to "a", which leads back here',
    expected: 'a way with an end',
  },
  {
    title: 'questions without what follows',
    script: 'replies: { a: ‸{ ask: { question: q, remember: it } } }',
    found: '"ask" without "next"',
    expected: 'the reply that follows the last answer',
  },
  {
    title: 'what follows without questions',
    script: 'replies: { a: ‸{ say: x, next: a } }',
    found: '"next" without "ask"',
    expected: 'questions before what follows them',
  },
  {
    title: 'choices under a question',
    script: 'replies: { a: ‸{ title: A, ask: { question: q, remember: it }, next: a, choices: [a] } }',
    found: '"choices" beside "ask"',
    expected: /the reply that "next" names/,
  },
  {
    title: 'a question with both kinds',
    script: 'replies: { a: { ask: ‸{ question: q, remember: it, as: text, one_of: [x] }, next: a } }',
    found: 'both "as" and "one_of"',
    expected: 'a question to have one of them',
  },
  {
    title: 'a least number of a text',
    script: 'replies: { a: { ask: ‸{ question: q, remember: it, min: 1 }, next: a } }',
    found: '"min" or "max" without "as: number"',
    expected: 'them at numbers only',
  },
  {
    title: 'a least number above the greatest',
    script: 'replies: { a: { ask: ‸{ question: q, remember: it, as: number, min: 2, max: 1 }, next: a } }',
    found: 'a "min" of 2 above a "max" of 1',
    expected: 'a number between them',
  },
  {
    title: 'a kind of answer that does not exist',
    script: 'replies: { a: { ask: { question: q, remember: it, as: ‸mail }, next: a } }',
    found: '"mail"',
    expected: /"email"/,
  },
  {
    title: 'a name with a space',
    script: 'replies: { a: { ask: { question: q, remember: ‸my name }, next: a } }',
    found: '"my name"',
    expected: /letters, digits and _/,
  },
  {
    title: 'a choice in two languages without a value',
    script:
      'replies: { a: { ask: { question: q, remember: it, one_of: [‸{ en: Red, de: Rot }] }, next: a } }',
    found: 'a title in several languages',
    expected: /value/,
  },
  {
    title: 'answers sent in the open',
    script: 'replies: { a: { ask: { question: q, remember: it }, next: a, answers: ‸http://example.com/x } }',
    found: '"http://example.com/x"',
    expected: /https/,
  },
  {
    title: 'a text without the own language',
    script: 'replies: { a: { say: ‸{ de: Hallo, fr: Salut } } }',
    found: 'a text in de, fr',
    expected: /it in en as well/,
  },
  {
    title: 'a language that is none',
    script: 'language: ‸german\nreplies: { a: { say: x } }',
    found: '"german"',
    expected: /like de/,
  },
  {
    title: 'a title that is too long in one language',
    script: `replies: { a: { title: { en: Short, de: ‸${'x'.repeat(21)} }, say: x } }`,
    found: '21 characters',
    expected: "a title of at most 20 (Facebook's limit)",
  },
  {
    title: 'a time zone that is none',
    script: 'hours: { time_zone: ‸Berlin, open: {} }\nreplies: { a: { say: x } }',
    found: '"Berlin"',
    expected: 'a time zone like Europe/Berlin',
  },
  {
    title: 'a day that is none',
    script: 'hours: { time_zone: UTC, open: { ‸moonday: 9-18 } }\nreplies: { a: { say: x } }',
    found: '"moonday"',
    expected: /mon, tue/,
  },
  {
    title: 'two times of a day without brackets',
    script: 'hours: { time_zone: UTC, open: { mon: ‸"9–12, 14-18" } }\nreplies: { a: { say: x } }',
    found: '"9–12, 14-18"',
    expected: 'times like 9:00-18:00',
    hint: 'Several times of a day stand in brackets: [9:00-12:00, 14:00-18:00].',
  },
  {
    title: 'a city as a time zone',
    script: 'hours: { time_zone: ‸berlin, open: { mon: 9-18 } }\nreplies: { a: { say: x } }',
    found: '"berlin"',
    expected: 'a time zone like Europe/Berlin',
    hint: 'Did you mean "Europe/Berlin"?',
  },
  {
    title: 'times that are none',
    script: 'hours: { time_zone: UTC, open: { mon: ‸9 to 18 } }\nreplies: { a: { say: x } }',
    found: '"9 to 18"',
    expected: 'times like 9:00-18:00, or closed',
    hint: 'Did you mean "9:00-18:00"?',
  },
  ...(
    [
      ['10-18 Uhr', 'Did you mean "10:00-18:00"?'],
      ['9am-5:30pm', 'Did you mean "9:00-17:30"?'],
      ['9am-5', 'Did you mean "9:00-17:00"?'],
      ['10pm-2', 'Did you mean "22:00-2:00"?'],
      ['9h30 à 18h', 'Did you mean "9:30-18:00"?'],
      ['18 bis 2 Uhr', 'Did you mean "18:00-2:00"?'],
      ['24h', 'Did you mean "0:00-24:00"?'],
      ['9-12 und 14-18 Uhr', 'Several times of a day stand in brackets: [9:00-12:00, 14:00-18:00].'],
      ['geschlossen', 'A day without hours is written like "sun: closed", without brackets.'],
      ['Closed', 'A day without hours is written like "sun: closed", without brackets.'],
    ] as const
  ).map(([times, hint]) => ({
    title: `the times ${times}`,
    script: `hours: { time_zone: UTC, open: { mon: ‸${times} } }\nreplies: { a: { say: x } }`,
    found: `"${times}"`,
    expected: 'times like 9:00-18:00, or closed',
    hint,
  })),
  ...(
    [
      ['lunes a viernes', 'Did you mean "mon-fri"?'],
      ['dimanche', 'Did you mean "sun"?'],
      ['domingo', 'Did you mean "sun"?'],
      ['pon-pt', 'Did you mean "mon-fri"?'],
      ['Sa/So', 'Each day has a line of its own.'],
      ['Mo und Di', 'Each day has a line of its own.'],
    ] as const
  ).map(([days, hint]) => ({
    title: `the days ${days}`,
    script: `hours: { time_zone: UTC, open: { ‸${days}: 9-18 } }\nreplies: { a: { say: x } }`,
    found: `"${days}"`,
    expected: /mon, tue/,
    hint,
  })),
  {
    title: 'an hour too many',
    script: 'hours: { time_zone: UTC, open: { mon: ‸9:00-25:00 } }\nreplies: { a: { say: x } }',
    found: '"9:00-25:00"',
    expected: 'times like 9:00-18:00',
  },
  {
    title: 'a date that is none',
    script: 'hours: { time_zone: UTC, open: {}, closed: [‸02-30] }\nreplies: { a: { say: x } }',
    found: '"02-30"',
    expected: /a date like/,
  },
  {
    title: 'a pause that is too long',
    script: 'replies: { a: { say: [{ pause: ‸1min }, x] } }',
    found: '"1min"',
    expected: /a pause like 2s, 30min or 12h, from 0.1s to 10s/,
  },
  {
    title: 'one alternative',
    script: 'replies: { a: { say: [{ any: ‸[x] }] } }',
    found: 'a list of 1',
    expected: 'a list of messages, said in turn: at least 2',
  },
  {
    title: 'a sign that is none',
    script: 'replies: { a: { when: { ‸stiker: like }, say: x } }',
    found: 'the key "stiker"',
    expected: /ref, ad, sticker/,
    hint: /"sticker"/,
  },
  {
    title: 'two signs at once',
    script: 'replies: { a: { when: ‸{ sticker: like, ref: x }, say: x } }',
    found: '2 things at once',
    expected: /more of them make a list/,
  },
  {
    title: 'a command of two words',
    script:
      'profile: { commands: [{ name: ‸opening hours, description: x, reply: a }] }\nreplies: { a: { say: x } }',
    found: '"opening hours"',
    expected: /one word/,
  },
  {
    title: 'a name that the bot keeps for itself',
    script: 'replies: { "‸evergreen:cancel": { say: x } }'.replace('"‸', '‸"'),
    found: '"evergreen:cancel"',
    expected: /does not begin with evergreen:/,
  },
  {
    title: 'a pause before coming back that is none',
    script: 'handover: { resume_after: ‸soon }\nreplies: { a: { say: x } }',
    found: '"soon"',
    expected: /from 1min to 30d/,
  },
  {
    title: 'a choice by its title',
    script:
      'replies:\n  a: { title: Opening hours, say: x }\nfallback: { say: y, choices: [‸opening hours] }\n',
    found: '"opening hours"',
    expected: 'the name of a reply',
    hint: '"opening hours" is a title; the name of that reply is "a".',
  },
  {
    title: 'choices without brackets',
    script: 'replies:\n  a: { title: A, say: x }\nfallback:\n  say: y\n  choices: ‸a, b\n',
    found: '"a, b"',
    expected: 'a list of names of replies',
    hint: /^A list stands in brackets, \[one, two\]/,
  },
  {
    title: 'a fallback that is its words',
    script: 'replies: { a: { when: x, say: x } }\nfallback: ‸Sorry?\n',
    found: '"Sorry?"',
    expected: /a mapping with say/,
    hint: /^Its words stand in a line below.* after "say: "\.$/,
  },
  {
    title: 'a question that is its words',
    script: 'replies:\n  a: { when: x, ask: [‸Your name?], next: b }\n  b: { say: x }\n',
    found: '"Your name?"',
    expected: /^a question: a mapping with/,
    hint: 'Write { question: "Your name?", remember: … } in its place.',
  },
  {
    title: 'an ice breaker that is its words and the name of its reply',
    script: 'profile: { ice_breakers: [‸Open today?: hours] }\nreplies: { hours: { say: x } }\n',
    found: 'the key "Open today?"',
    expected: /^a key of an ice breaker/,
    hint: 'Write { question: "Open today?", reply: "hours" } in its place.',
  },
  {
    title: 'a button that is its words and its address',
    script: 'replies:\n  a: { when: x, say: { text: y, buttons: [‸Shop: https://x.org] } }\n',
    found: 'the key "Shop"',
    expected: /^a key of a button/,
    hint: 'Write { title: "Shop", url: "https://x.org" } in its place.',
  },
  {
    title: 'a choice that is written as a button',
    script: 'replies:\n  a: { when: x, title: A, say: y, choices: [‸{ title: A, reply: a }] }\n',
    found: 'a mapping (key: value)',
    expected: 'the name of a reply',
    hint: /^Choices are names of replies alone/,
  },
  {
    title: 'a list of replies',
    script: 'replies:\n  ‸- a: { when: x, say: x }\n',
    found: 'a list',
    expected: 'replies by name',
    hint: /without "- "/,
  },
  {
    title: 'a reply within the reply above',
    script: 'replies:\n  a:\n    say: x\n    ‸b:\n      say: y\n',
    found: 'the key "b"',
    expected: /a key of a reply/,
    hint: 'Another reply begins in the column of the one above.',
  },
  {
    title: 'another word for the replies',
    script: '‸responses: { a: { say: x } }\n',
    found: 'the key "responses"',
    expected: /a key of the script/,
    hint: 'Did you mean "replies"?',
  },
  {
    title: 'a message in a language that is spelled otherwise',
    script: 'replies: { a: { say: { en: x, ‸en-US: y } } }\n',
    found: 'the language "en-US"',
    expected: /pt_BR/,
    hint: 'Write en_US.',
  },
  {
    title: 'days in other words',
    script: 'hours: { time_zone: Europe/Berlin, open: { ‸Mo - Fr: 9-18 } }\nreplies: { a: { say: x } }\n',
    found: '"Mo - Fr"',
    expected: /a day or days/,
    hint: 'Did you mean "mon-fri"?',
  },
  {
    title: 'a picture on the disk of the writer',
    script: "replies: { a: { say: { image: ‸'C:\\me\\menu.png' } } }\n",
    found: /menu\.png"$/,
    expected: /a file in the folder of the script/,
  },
  {
    title: 'more messages than a visitor reads',
    script: `replies: { a: { say: [${'x, '.repeat(20)}‸y] } }`,
    found: '21 items',
    expected: /at most 20/,
  },
])

t.test('messages in messages in messages end somewhere', async (t) => {
  const deep = `${'[x, { any: '.repeat(30)}[x, y]${' }]'.repeat(30)}`
  t.match(mistakesOf(`replies: { a: { say: ${deep} } }`), [{ found: 'too many levels' }])
  const level = (n: number): string => `  a${n + 1}: { say: &a${n + 1} [{ any: *a${n} }, { any: *a${n} }] }`
  const bomb = ['replies:', '  a0: { say: &a0 [x, y] }', ...Array.from({ length: 18 }, (_, n) => level(n))]
  t.match(mistakesOf(bomb.join('\n')), [{ found: /aliases/ }])
})

t.test('no times are proposed where twelve hours or twenty-four may be meant', async (t) => {
  for (const times of ['9 to 5', '9-12 und 2-6'])
    t.match(
      mistakesOf(`hours: { time_zone: UTC, open: { mon: ${times} } }\nreplies: { a: { say: x } }`),
      [{ found: `"${times}"`, hint: null }],
      times,
    )
})
