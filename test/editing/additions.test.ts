import fc from 'fast-check'
import t from 'tap'
import { addPhrase, addReply, removeReply } from '../../src/editing/additions.ts'
import { replyForm } from '../../src/editing/reply-form.ts'
import { parseScript } from '../../src/script/parse.ts'

const read = (text: string) => parseScript(text, { file: 'bot.yaml', variables: [] })
const phrasesOf = (text: string, reply: string) => read(text).replies.get(reply)?.phrases

const SCRIPT = `# What we say.
replies:
  hours:            # the shop's
    title: Opening hours
    when: [opening hours, "when: open?"]   # asked daily
    say: From 9 to 18.

  order:
    when:
      - where is my order   # all day
      - track

    say: On its way.
  one: { when: hello, say: Hi. }
  quiet:
    say: Nothing asks for me.
  single:
    when: only phrase
    say: One.
# The end.
`

t.test('a phrase joins the others, and nothing else of the file changes', async (t) => {
  const cases: [reply: string, before: string, after: string][] = [
    ['hours', '"when: open?"]   # asked daily', '"when: open?", "do you open on sundays"]   # asked daily'],
    ['order', '      - track\n', '      - track\n      - "do you open on sundays"\n'],
    ['quiet', '    say: Nothing', '    when: ["do you open on sundays"]\n    say: Nothing'],
    ['single', 'when: only phrase', 'when: ["only phrase", "do you open on sundays"]'],
    ['one', 'when: hello,', 'when: ["hello", "do you open on sundays"],'],
  ]
  for (const [reply, before, after] of cases) {
    const changed = addPhrase(SCRIPT, reply, ' do you open on sundays ')
    t.equal(changed, SCRIPT.replace(before, after), reply)
    t.ok(phrasesOf(changed, reply)?.includes('do you open on sundays'), reply)
  }
})

t.test('a phrase that is there already is not added again', async (t) => {
  for (const [reply, phrase] of [
    ['hours', 'opening hours'],
    ['hours', 'when: open?'],
    ['order', ' where is my order '],
    ['one', 'hello'],
    ['single', '/only phrase'],
  ] as const)
    t.equal(addPhrase(SCRIPT, reply, phrase), SCRIPT, phrase)
  const numbers = 'replies:\n  a: { when: [12, 1.0], say: x }\n'
  t.equal(addPhrase(numbers, 'a', '12'), numbers)
})

t.test('what a new reply says keeps its slashes, which only a phrase would read as a pattern', async (t) => {
  t.match(
    addReply(SCRIPT, { name: 'help', phrase: '/help', say: '/help' }),
    'when: ["help"]\n    say: "/help"',
  )
})

t.test('a new reply stands behind the others', async (t) => {
  const changed = addReply(SCRIPT, { name: 'sunday', phrase: 'open on sunday?', say: 'No.\nSee you "soon".' })
  t.match(changed, 'say: One.\n  sunday:\n    when: ["open on sunday?"]\n')
  t.ok(changed.endsWith('# The end.\n'))
  t.strictSame(phrasesOf(changed, 'sunday'), ['open on sunday?'])
  t.equal(read(changed).replies.size, 6)
})

t.test('a comment on the last line of the replies stays with its reply', async (t) => {
  const add = (text: string) => addReply(text, { name: 'sunday', phrase: '', say: 'No.' })
  t.equal(
    add('replies:\n  hours:\n    say: From 9. # in winter\n# The end.\n'),
    'replies:\n  hours:\n    say: From 9. # in winter\n  sunday:\n    say: "No."\n# The end.\n',
  )
  t.equal(
    add('replies:\n  hours: { say: From 9. } # in winter'),
    'replies:\n  hours: { say: From 9. } # in winter\n  sunday:\n    say: "No."',
  )
})

t.test('whatever a visitor wrote, it becomes one phrase', async () => {
  const before = read(SCRIPT).replies
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), (words) => {
      const phrase = words.trim().replace(/^\/+/, '').trim()
      if (!/[\p{L}\p{N}]/u.test(phrase) || /\p{Cc}|\p{Co}|\p{Cn}/u.test(phrase) || !phrase.isWellFormed())
        return
      for (const reply of ['hours', 'order', 'quiet', 'single', 'one']) {
        const script = read(addPhrase(SCRIPT, reply, words))
        const own = script.replies.get(reply)
        if (own?.phrases.length !== (before.get(reply)?.phrases.length ?? 0) + 1)
          throw new Error(`${reply}: ${JSON.stringify(own?.phrases)}`)
      }
    }),
    { numRuns: 50 },
  )
})

t.test('what cannot be added to is refused, with the way out', async (t) => {
  const refusal = { code: 'BOT_SCRIPT_NOT_EDITABLE', remedy: /script:check/ }
  t.throws(() => addPhrase(SCRIPT, 'gone', 'x'), refusal)
  t.throws(() => addPhrase('replies: [', 'hours', 'x'), refusal)
  t.throws(() => addPhrase('just words', 'hours', 'x'), refusal)
  t.throws(() => addReply(SCRIPT, { name: 'hours', phrase: 'x', say: 'y' }), refusal)
  t.throws(() => addReply('replies: { a: { say: b } }', { name: 'c', phrase: 'x', say: 'y' }), refusal)
})

t.test('a key behind a question mark is read, and named where a change beside it is refused', async (t) => {
  const script = 'replies:\n  ? hours\n  : ? say\n    : From 9.\n    title: Hours\n  welcome: { say: Hi. }\n'
  t.equal(read(script).replies.get('hours')?.title, 'Hours')
  t.match(read(addPhrase(script, 'welcome', 'hello')).replies.get('welcome'), { phrases: ['hello'] })
  const refused = (name: string) => ({
    code: 'BOT_SCRIPT_NOT_EDITABLE',
    message: `The key "${name}" stands behind a question mark (?). Write it as "${name}:"`,
  })
  t.throws(() => addReply(script, { name: 'new', phrase: '', say: 'x' }), refused('hours'))
  t.throws(() => removeReply(script, 'hours'), refused('hours'))
  t.throws(() => addPhrase(script, 'hours', 'open?'), refused('say'))
})

t.test('a reply may be called what YAML takes for something else than a text', async (t) => {
  const names = [
    'null',
    'true',
    '12',
    '0o7',
    '1e3',
    '.inf',
    '~',
    '-',
    '2026-01-01',
    '<<',
    '__proto__',
    'größe',
    '👩‍👩‍👧',
  ]
  for (const name of names) {
    const made = addReply(SCRIPT, { name, phrase: '', say: 'x' })
    t.ok(read(made).replies.has(name), name)
    const asked = addPhrase(made, name, 'who is it')
    t.strictSame(phrasesOf(asked, name), ['who is it'], name)
    t.throws(() => addReply(made, { name, phrase: '', say: 'y' }), { message: /already/ }, name)
    t.equal(removeReply(made, name), SCRIPT, name)
  }
  for (const name of ['true', '12', '1e3']) {
    const written = `replies:\n  ${name}: { when: a, say: x }\n  b: { say: y }\n`
    t.match(valuesOf(written, name), ['x'], `${name}, written without quotes`)
    t.strictSame(phrasesOf(addPhrase(written, name, 'c'), name), ['a', 'c'])
    t.strictSame([...read(removeReply(written, name)).replies.keys()], ['b'])
  }
})

const valuesOf = (text: string, name: string): string[] =>
  replyForm(text, name).groups.flatMap(({ fields }) =>
    fields.flatMap(({ id, value }) => (id === 'say.0' ? [value] : [])),
  )
