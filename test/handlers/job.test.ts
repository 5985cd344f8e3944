import t from 'tap'
import { serializeError } from '../../src/handlers/job.ts'

t.test('any value that is thrown can be logged', async (t) => {
  const unreadable = new Proxy(new Error('x'), {
    get: () => {
      throw new Error('no')
    },
  })
  const thrown: [value: unknown, message: string | RegExp][] = [
    ['no database', 'no database'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ status: 404, body: { error: 'gone' } }, "{ status: 404, body: { error: 'gone' } }"],
    [Object.create(null), /null prototype/],
    [Symbol('s'), 'Symbol(s)'],
    [Object.assign(new Error('x'), { message: { code: 5 }, name: undefined }), '{ code: 5 }'],
    [Object.assign(new Error('x'), { stack: ['a'] }), 'x'],
    [unreadable, 'the thrown value cannot be read'],
  ]
  for (const [value, message] of thrown) t.match(serializeError(value), { message, name: String })
})
