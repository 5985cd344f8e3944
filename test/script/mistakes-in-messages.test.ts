import { long, many, refuseEach } from './refuse-each.ts'

refuseEach([
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
    title: 'an unknown key of the profile',
    script: 'profile:\n  ‸greting: Hi\nreplies: { a: { say: x } }\n',
    found: 'the key "greting"',
    expected: /a key of the profile: greeting, get_started/,
    hint: 'Did you mean "greeting"?',
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
    title: 'a language as a browser spells it',
    script: 'profile: { greeting: { ‸de-DE: Hallo, en: Hi } }\nreplies: { a: { say: x } }\n',
    found: 'the language "de-DE"',
    expected: 'two small letters like de, or with the country like pt_BR',
    hint: 'Write de_DE.',
  },
  {
    title: 'a language of a text in capitals',
    script: 'replies: { a: { say: { text: { ‸DE: Hallo, en: Hi }, buttons: [{ title: A, reply: a }] } } }\n',
    found: 'the language "DE"',
    expected: 'two small letters like de, or with the country like pt_BR',
    hint: 'Write de.',
  },
  {
    title: 'a language with three letters',
    script: 'profile: { greeting: { ‸fil: Mabuhay, en: Hi } }\nreplies: { a: { say: x } }\n',
    found: 'the language "fil"',
    expected: 'two small letters like de, or with the country like pt_BR',
  },
  ...(
    [
      ['title', '{ type: postback, payload: x }'],
      ['title', '{ type: postback, title: " ", payload: x }'],
      ['payload', '{ type: postback, title: A }'],
      ['payload', '{ type: phone_number, title: A }'],
      ['url', '{ type: web_url, title: A }'],
      ['type', '{ title: A, payload: x }'],
    ] as const
  ).map(([key, button]) => ({
    title: `a button of a raw template without its ${key}: ${button}`,
    script: `replies:\n  a: { say: { template: { template_type: button, text: x, buttons: [‸${button}] } } }\n`,
    found: `no "${key}"`,
    expected: 'a button of this type to have one',
  })),
  {
    title: 'a raw template whose text is blank',
    script: `replies:\n  a: { say: { template: ‸{ template_type: button, text: "  ", buttons: [{ type: game_play }] } } }\n`,
    found: 'no "text"',
    expected: 'a template of this type to have one',
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
    title: 'a raw template without its type',
    script: 'replies:\n  a:\n    say: { template: ‸{ elements: [] } }\n',
    found: 'no "template_type"',
    expected: /name its type/,
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
    title: 'a template nested too deeply',
    script: `replies:\n  a: { say: { template: { template_type: x, deep: ${'['.repeat(20)}‸[]${']'.repeat(20)} } } }\n`,
    found: 'too many levels',
    expected: /at most 20 levels/,
  },
])
