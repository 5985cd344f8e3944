import t from 'tap'
import { sharedNote } from '../../src/base/shared-note.ts'
import { createFakeNotes } from '../helpers/notes.ts'

const add = (item: string) => (text: string | null) => ({
  becomes: `${text ?? ''}${item}`,
  result: text,
})

t.test('changes of several instances at once are all kept, each made on what the others left', async (t) => {
  const notes = createFakeNotes()
  const [one, other] = [sharedNote(notes, 'list'), sharedNote(notes, 'list')]
  const before = await Promise.all([one, other, one, other].map((note, n) => note.change(add(String(n)))))
  t.equal((await one.read())?.split('').toSorted().join(''), '0123')
  t.equal(new Set(before).size, 4, 'each is told what it was made on')
})

t.test(
  'a change that another instance outruns is made anew; one that changes nothing writes nothing',
  async (t) => {
    const notes = createFakeNotes()
    const { rememberIf } = notes
    let written = 0
    const note = sharedNote(
      {
        ...notes,
        rememberIf: async (...given) => {
          written += 1
          if (written === 1) notes.notes.set('list', 'theirs ')
          return rememberIf(...given)
        },
      },
      'list',
    )
    t.equal(await note.change(add('ours')), 'theirs ')
    t.equal(notes.notes.get('list'), 'theirs ours')
    t.equal(await note.change(() => ({ becomes: null, result: 'seen' })), 'seen')
    t.equal(written, 2)
  },
)

t.test('what a change throws is thrown, and the next change is made', async (t) => {
  const note = sharedNote(createFakeNotes(), 'list')
  const refused = note.change(() => {
    throw new Error('the name is taken')
  })
  const next = note.change(add('a'))
  await t.rejects(refused, { message: 'the name is taken' })
  await next
  t.equal(await note.read(), 'a')
})

t.test('a note that never stands still is given up', async (t) => {
  const note = sharedNote({ ...createFakeNotes(), rememberIf: async () => false }, 'list')
  await t.rejects(note.change(add('a')), { code: 'BOT_STORE_UNAVAILABLE', retryable: true })
})
