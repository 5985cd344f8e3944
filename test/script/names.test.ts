import t from 'tap'
import { ScriptError } from '../../src/script/mistakes.ts'
import { parseScript } from '../../src/script/parse.ts'

const scriptThatRemembers = (name: string): string => `
replies:
  booking:
    when: book
    ask:
      - { question: How many?, remember: ${name}, type: text }
    say: done
fallback:
  say: what
`

t.test('what every object of JavaScript has is no name of a variable', async (t) => {
  const read = (name: string) => parseScript(scriptThatRemembers(name), { file: 'bot.yaml', variables: [] })
  for (const name of [
    'constructor',
    '__proto__',
    'toString',
    'valueOf',
    'hasOwnProperty',
    '__defineGetter__',
  ]) {
    t.throws(() => read(name), { message: /another name: this one means something to JavaScript/ }, name)
    t.throws(() => read(name), ScriptError)
  }
})
