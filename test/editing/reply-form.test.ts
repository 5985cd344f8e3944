import fc from 'fast-check'
import t from 'tap'
import { blockOf } from '../../src/editing/block.ts'
import { changeReply, replyForm } from '../../src/editing/reply-form.ts'
import { fieldsOf, fill, read, readSample, SCRIPT, SCRIPTS, valuesOf } from './samples.ts'

t.test('a form shows every text of a reply at its place', async (t) => {
  t.match(valuesOf(SCRIPT, 'hours'), {
    title: 'Opening hours',
    when: 'opening hours\nwhen: open?\n/o\\s+h/i',
    'say.0': 'From 9 to 18.',
    'say.1': 'On Sundays\nwe are closed.',
    'say.2.text': 'Come in',
    'say.2.buttons.0.title': 'Map',
    'say.2.buttons.0.target': 'https://example.com/map',
    'say.2.buttons.1.target': 'order',
    'choices.0': 'order',
  })
  t.match(valuesOf(SCRIPT, 'order'), { 'title.de': 'Verfolgen', 'say.0.en': 'On its way.' })
  t.match(valuesOf(SCRIPT, 'cards'), {
    'say.0.cards.0.subtitle': 'Blue',
    'say.0.cards.0.buttons.1.target': '+49 30 1234567',
    'say.0.cards.1.title': 'Scarf',
  })
  t.match(valuesOf(SCRIPT, 'quiet'), {
    'say.0.say': 'Welcome.',
    'say.0.else.1': 'Nice.',
    'say.1.any.0': 'One.',
  })
  t.match(valuesOf(SCRIPT, 'form'), {
    'ask.0.question': 'How many?',
    'ask.0.retry': 'A number, please.',
    'ask.1.one_of.1': 'Big',
  })
  t.match(valuesOf(SCRIPT, null), { 'say.0': 'Pardon?', 'choices.0': 'hours' })
  t.match(replyForm(SCRIPT, 'form'), { others: ['next'], line: SCRIPT.split('\n').indexOf('  form:') + 1 })
})

t.test('saving a form that was not changed changes no byte', async (t) => {
  for (const { name, text } of [{ name: 'here', text: SCRIPT }, ...SCRIPTS]) {
    for (const reply of [...readSample(text).keys(), null])
      t.equal(
        changeReply(text, reply, { filled: new Map(Object.entries(valuesOf(text, reply))), draft: null }),
        text,
        `${name}: ${reply}`,
      )
  }
})

t.test('each part is changed at its place, and the rest of the file stays', async (t) => {
  const cases: [reply: string | null, values: Record<string, string>, before: string, after: string][] = [
    ['hours', { title: 'Hours' }, 'title: Opening hours', 'title: Hours'],
    ['hours', { title: '' }, '    title: Opening hours\n', ''],
    [
      'hours',
      { when: 'opening hours\n/o\\s+h/i\nopen on sunday?' },
      '"when: open?", /o\\s+h/i, {',
      'open on sunday?, /o\\s+h/i, {',
    ],
    ['hours', { when: 'opening hours\nwhen: open?\n/o\\s+h/i\nnew' }, 'like }]', 'like }, new]'],
    ['hours', { when: 'when: open?\n/o\\s+h/i' }, '[opening hours, "when', '["when'],
    ['hours', { 'say.0': 'From 10: to 18.' }, '- From 9 to 18.', "- 'From 10: to 18.'"],
    ['hours', { 'say.0.out': 'yes' }, '      - From 9 to 18.   # in winter\n', ''],
    [
      'hours',
      { 'say.1': 'One\n\nTwo' },
      '|\n        On Sundays\n        we are closed.',
      '|-\n        One\n\n        Two',
    ],
    [
      'hours',
      { 'say.new': 'More.' },
      '            reply: order\n',
      '            reply: order\n      - More.\n',
    ],
    [
      'hours',
      { 'say.2.buttons.0.title': '' },
      "          - { title: Map, url: 'https://example.com/map' }   # the map\n",
      '',
    ],
    [
      'hours',
      { 'say.2.buttons.1.target': 'https://a.example' },
      'reply: order\n',
      'url: https://a.example\n',
    ],
    [
      'hours',
      { 'say.2.button.title': 'Call', 'say.2.button.target': '+49 30 1' },
      '            reply: order\n',
      '            reply: order\n          - { title: Call, call: +49 30 1 }\n',
    ],
    [
      'hours',
      { 'say.0.button.title': 'Order', 'say.0.button.target': 'order' },
      '- From 9 to 18.',
      '- { text: From 9 to 18., buttons: [{ title: Order, reply: order }] }',
    ],
    [
      null,
      { 'say.0.button.title': 'Order', 'say.0.button.target': 'order' },
      'say: Pardon?',
      'say:\n    - text: Pardon?\n      buttons:\n        - { title: Order, reply: order }',
    ],
    ['hours', { 'choices.0': '' }, '    choices: [order]\n', ''],
    ['hours', { 'choices.new0': 'one' }, 'choices: [order]', 'choices: [order, one]'],
    ['order', { when: 'track' }, '      - where is my order   # all day\n', ''],
    ['order', { 'say.0.de': 'Auf dem Weg.' }, 'de: Unterwegs.', 'de: Auf dem Weg.'],
    ['one', { when: 'hello\nhi, you' }, 'when: hello', "when: [hello, 'hi, you']"],
    ['one', { 'choices.new0': 'hours' }, 'say: Hi. }', 'say: Hi., choices: [hours] }'],
    ['one', { 'say.new': 'Two.' }, 'say: Hi.', 'say: [Hi., Two.]'],
    ['cards', { 'say.0.cards.0.buttons.0.title': '' }, '[{ title: Hours, reply: hours }, {', '[{'],
    ['cards', { 'say.0.cards.1.subtitle': 'Green' }, 'subtitle: Red', 'subtitle: Green'],
    ['quiet', { title: 'Quiet' }, '  quiet:\n', '  quiet:\n    title: Quiet\n'],
    ['quiet', { 'say.1.any.1': '2' }, '[One., Two.]', "[One., '2']"],
    [null, { 'say.new': 'Try this:' }, 'say: Pardon?', "say:\n    - Pardon?\n    - 'Try this:'"],
  ]
  for (const [reply, values, before, after] of cases) {
    const changed = fill(reply, values)
    t.ok(SCRIPT.includes(before), before)
    t.equal(
      changed,
      SCRIPT.replace(before, () => after),
      JSON.stringify(values),
    )
    t.ok(replyForm(changed, reply), JSON.stringify(values))
  }
})

t.test('several changes at once are made together', async (t) => {
  const changed = fill('hours', {
    title: 'Hours',
    when: 'open?',
    'say.0.out': 'yes',
    'say.0': 'is not changed as well',
    'say.2.text': 'In',
    'say.2.buttons.0.title': '',
    'say.new': 'Bye.',
    'choices.0': 'one',
    'choices.new1': 'order',
  })
  t.match(valuesOf(changed, 'hours'), {
    title: 'Hours',
    when: 'open?',
    'say.0': 'Bye.',
    'say.1': 'On Sundays\nwe are closed.',
    'say.2.text': 'In',
    'say.2.buttons.0.title': 'Track',
    'choices.0': 'one',
    'choices.1': 'order',
  })
  t.ok(read(changed))
})

const NASTY = [
  'a: b',
  '# x',
  '- x',
  "it's",
  '"',
  'null',
  '12',
  'true',
  '@x',
  '%',
  '[',
  'a #b',
  '|',
  '>',
  '---',
  '...',
  'x:',
  '*a',
  '&a',
  '!t',
  '?',
  '\\',
  'é',
  '{a}',
  'a, b',
]

t.test('what is filled in is read back, and nothing else of the script changes', async () => {
  const places = [{ text: SCRIPT }, ...SCRIPTS].flatMap(({ text }) =>
    [...readSample(text).keys(), null].flatMap((reply) =>
      fieldsOf(replyForm(text, reply)).flatMap(({ id, kind, value }) =>
        value !== '' && (kind === 'line' || kind === 'text') ? [{ text, reply, id, kind }] : [],
      ),
    ),
  )
  const words = fc.oneof(
    fc.constantFrom(...NASTY),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  )
  const several = fc.array(words, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(fc.constantFrom(...places), words, several, ({ text, reply, id, kind }, line, lines) => {
      const wanted = (kind === 'text' ? lines : line).trim()
      if (wanted === '' || /[\p{C}\p{Zl}\p{Zp}]/u.test(wanted.replaceAll('\n', ''))) return
      const before = valuesOf(text, reply)
      const changed = changeReply(text, reply, { filled: new Map([[id, wanted]]), draft: null })
      const after = valuesOf(changed, reply)
      if (JSON.stringify(after) !== JSON.stringify({ ...before, [id]: wanted }))
        throw new Error(`${reply} ${id}: ${JSON.stringify([wanted, after[id]])}`)
      if (changed.split('#').length < text.split('#').length) throw new Error('a comment is gone')
    }),
    { numRuns: 80 },
  )
})

t.test('a reply is found by its lines, in a script of any layout', async (t) => {
  for (const { name, text } of [{ name: 'here', text: SCRIPT }, ...SCRIPTS])
    for (const reply of [...readSample(text).keys(), null]) {
      const block = blockOf(text, reply)
      t.match(text.slice(block?.start, block?.end).trimStart(), `${reply ?? 'fallback'}:`, name)
    }
  const odd = [
    'replies: { hours: { say: a } }\n',
    'replies:\n  "hours" :\n    say: |\n      b:\n  next: { say: c }\n',
    "replies:\n# hours:\n    'hours': { say:\n      [a] }\n",
    '? replies\n: hours: { say: a }\n',
    'replies:\n\n  # first\n  x: { say: a }\n\n# and\n  hours:\n\n    say: a\nfallback: { say: b }\n',
  ]
  for (const text of odd) {
    t.match(valuesOf(text, 'hours'), { 'say.0': /a|b:/ }, text)
    const changed = changeReply(text, 'hours', { filled: new Map([['title', 'Hours']]), draft: null })
    t.equal(read(changed).replies.get('hours')?.title, 'Hours', text)
  }
})

t.test('a reply that has no form is refused, with the way out', async (t) => {
  const refusal = { code: 'BOT_SCRIPT_NOT_EDITABLE', remedy: /script:check/ }
  t.throws(() => replyForm(SCRIPT, 'gone'), refusal)
  t.throws(() => replyForm('replies: [', 'hours'), refusal)
  t.throws(() => replyForm('replies: { a: b }', 'a'), refusal)
  t.throws(() => replyForm('replies: { a: { say: b } }', null), refusal)
})

t.test('a phrase leaves a list in braces whole, whatever commas and comments stand around it', (t) => {
  const script = (list: string) =>
    `replies: {\n  hours: {\n    when: ${list},\n    say: Hello\n  }\n}\nfallback: { say: Pardon? }\n`
  for (const list of [
    '[open, closed,]',
    '[ open, closed , ]',
    '[\n      open,   # o\n      closed, # c\n    ]',
    '[\n      open # o\n      , closed # c\n      , # end\n    ]',
    '[open, # o\n    closed]',
  ]) {
    for (const wanted of ['open', 'closed', 'new', 'open\nclosed\nnew', 'closed\nnew']) {
      const changed = fill('hours', { when: wanted }, script(list))
      // A new phrase takes the place of one that goes.
      const lines = (text = '') => text.split('\n').toSorted()
      t.same(lines(valuesOf(changed, 'hours')['when']), lines(wanted), `${list} -> ${wanted}`)
      t.doesNotThrow(() => read(changed), changed)
    }
  }
  t.end()
})
