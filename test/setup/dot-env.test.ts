import { spawnSync } from 'node:child_process'
import { parseEnv } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { canBeKept, setVariables } from '../../src/setup/dot-env.ts'

t.test('an empty file gets the variables, one a line', async (t) => {
  t.equal(setVariables('', { A: '1', B: 'two words' }), "A=1\nB='two words'\n")
})

t.test('what a person wrote stays as it is', async (t) => {
  const before = `# mine\nPORT=4000 # as always\n\nexport FB_APP_ID=\n#FB_APP_SECRET=\n#PUBLIC_URL=https://bot.example.com\nLONG="one\ntwo"\nLAST=x`
  t.equal(
    setVariables(before, {
      FB_APP_ID: '1',
      FB_APP_SECRET: 's',
      PUBLIC_URL: 'https://a.example',
      NEW: 'n',
    }),
    `# mine\nPORT=4000 # as always\n\nexport FB_APP_ID=1\nFB_APP_SECRET=s\n#PUBLIC_URL=https://bot.example.com\nPUBLIC_URL=https://a.example\nLONG="one\ntwo"\nLAST=x\nNEW=n\n`,
  )
})

t.test('a file with the line ends of Windows keeps them', async (t) => {
  t.equal(setVariables('A=\r\nB=2\r\n', { A: '1', C: '3' }), 'A=1\r\nB=2\r\nC=3\r\n')
})

t.test('of a variable set twice the one that counts is changed', async (t) => {
  t.equal(setVariables('A=\nA=\n', { A: '1' }), 'A=\nA=1\n')
})

t.test("a line that is part of another variable's text is not taken for a variable", async (t) => {
  const trap = 'NOTE="see\nA=\nthere"\n'
  t.throws(() => setVariables(trap, { A: '1' }), { code: 'BOT_CONFIG_INVALID', remedy: /several lines/ })
})

t.test(
  'a value with a line break, or with quotation marks that a shell would not take, is refused and not shown',
  async (t) => {
    for (const value of [
      'secret\nPORT=1',
      'secret\rX',
      'secret\0',
      `secret'"\``,
      ' secret',
      "it's $HOME",
      "it's $(id)",
      'it\'s "said"',
    ]) {
      t.notOk(canBeKept(value), JSON.stringify(value))
      t.throws(() => setVariables('', { A: value }), { message: /^A value cannot be written to \.env\.$/ })
    }
  },
)

t.test('whatever can be kept is read again as it was, by Node and by a shell', async (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string({ unit: fc.constantFrom(...'a\'"`#$\\ ={}!é'.split('')) }),
      (one, other) => {
        const values = Object.entries({ ONE: one, OTHER: other }).filter(([, value]) => canBeKept(value))
        const wanted = Object.fromEntries(values)
        const text = setVariables('# a comment\nKEPT="x # y"\n', wanted)
        return Object.entries({ KEPT: 'x # y', ...wanted }).every(
          ([name, value]) => parseEnv(text)[name] === value,
        )
      },
    ),
  )
  for (const value of ['$HOME', '`id`', 'a#b', 'a "b" \\ $(id)', "it's"]) {
    const file = setVariables('', { A: value })
    const shell = spawnSync('sh', ['-c', `${file}printf %s "$A"`], { encoding: 'utf8', env: {} })
    t.equal(shell.stdout, value)
  }
})
