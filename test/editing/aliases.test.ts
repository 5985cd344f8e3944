import t from 'tap'
import { addPhrase } from '../../src/editing/additions.ts'
import { arrangeReply, changeReply } from '../../src/editing/reply-form.ts'
import { fill } from './samples.ts'

const SCRIPT = `replies:
  hours:
    title: Hours
    when: &asked [open, closed]
    say: &greeting Hello
    choices: [other]
  other:
    title: &own Other
    say: *greeting
fallback:
  say: Pardon?
`

t.test('a value that another reply repeats by an alias is not changed in a form', (t) => {
  const refused = { code: 'BOT_SCRIPT_NOT_EDITABLE', message: /by an alias/ }
  t.throws(() => fill('hours', { 'say.0': 'Good day' }, SCRIPT), refused)
  t.throws(() => fill('hours', { 'say.new': 'And more' }, SCRIPT), refused, 'the list would be repeated')
  t.match(fill('hours', { title: 'Open' }, SCRIPT), /title: Open\n/, 'what is not repeated is')
  t.match(
    fill('hours', { when: 'open\nshut' }, SCRIPT),
    /&asked \[open, shut\]/,
    'an anchor that nothing names',
  )
  t.match(fill('other', { title: 'Else' }, SCRIPT), /&own Else/)
  t.match(fill(null, { 'say.0': 'What?' }, SCRIPT), /say: What\?/)
  t.end()
})

t.test('a value that is repeated very often is not changed either', (t) => {
  const repeating = (times: number, what: string) => {
    const more = Array.from({ length: times }, (_, n) => `  more${n}: ${what}\n`).join('')
    return SCRIPT.replace('fallback:', `${more}fallback:`)
  }
  const refused = { code: 'BOT_SCRIPT_NOT_EDITABLE', message: /by an alias/ }
  t.throws(() => fill('hours', { 'say.0': 'Good day' }, repeating(300, '{ say: *greeting }')), refused)
  t.match(fill('hours', { title: 'Open' }, repeating(300, '{ say: *greeting }')), /title: Open\n/)
  const bomb = Array.from({ length: 9 }, (_, n) => `&l${n} [${`*l${n - 1},`.repeat(10)}]`)
  const unread = repeating(0, '').replace('replies:', `bomb: [&l-1 x, ${bomb.join(', ')}]\nreplies:`)
  t.throws(() => fill('hours', { title: 'Open' }, unread), { message: /too much of the script/ })
  t.end()
})

t.test('what an alias repeats is not added to, nor arranged', (t) => {
  const shared = SCRIPT.replace('title: &own Other', 'when: *asked').replace(
    '&greeting Hello',
    '&greeting [One, Two]',
  )
  const refused = { code: 'BOT_SCRIPT_NOT_EDITABLE' }
  t.throws(() => addPhrase(shared, 'hours', 'hello'), refused)
  const draft = arrangeReply(shared, 'hours', { filled: new Map(), draft: null }, { do: 'down', message: 0 })
  t.match(draft, /\[Two, One\]/)
  t.throws(() => changeReply(shared, 'hours', { filled: new Map(), draft }), refused, 'when it is saved')
  t.match(addPhrase(SCRIPT, 'hours', 'hello'), /&asked \[open, closed, "hello"\]/)
  t.end()
})

t.test('a star in a text is no alias', (t) => {
  const starred = SCRIPT.replace('say: *greeting', "say: 'Mind the *small* print'")
  t.match(fill('hours', { 'say.0': 'Good day' }, starred), /&greeting Good day/)
  t.end()
})
