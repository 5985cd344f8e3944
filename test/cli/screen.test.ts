import { PassThrough, Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import { createScreen } from '../../src/cli/bootstrap-token/screen.ts'
import { readUserToken } from '../../src/token/user-token.ts'

const WIDTH = 60

const build = (columns = WIDTH) => {
  let drawn = ''
  const output = Object.assign(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        drawn += chunk.toString()
        done()
      },
    }),
    { columns, isTTY: true },
  )
  /** The lines as they would stand in the terminal, what was drawn over left out. */
  const lines = () =>
    stripVTControlCharacters(drawn)
      .split('\n')
      .map((line) => line.split('\r').at(-1) ?? '')
  const keyboard = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
  return { screen: createScreen(output, keyboard), keyboard, lines, raw: () => drawn }
}

t.test('a step that is under way is drawn over by what came of it', async (t) => {
  const { screen, lines, raw } = build()
  screen.step({ name: 'list', status: 'started', pageId: null, text: 'Looking for Pages' })
  t.match(lines().at(-1), /Looking for Pages …/)
  screen.step({ name: 'list', status: 'done', pageId: null, text: '2 Pages found' })
  t.notMatch(lines().join('\n'), /Looking/)
  t.match(lines().join('\n'), /◆ {2}2 Pages found/)
  t.ok(raw().endsWith('\n') && raw().includes('\u001b[?25h'), 'the cursor is back')
})

t.test('long refusals are broken inside the terminal’s width', async (t) => {
  const { screen, lines } = build()
  screen.refused(
    'The user token does not work: '.repeat(5),
    'Make a new user token with pages_messaging. '.repeat(4),
  )
  t.strictSame(
    lines().filter((line) => line.length > WIDTH),
    [],
  )
  t.match(lines().join('\n'), /■ {2}The user token/)
})

t.test('a terminal that does not know its width is taken for one of the usual width', async (t) => {
  const { screen, lines } = build(0)
  screen.explainSandbox('http://127.0.0.1:4000')
  screen.refused('The user token does not work.', 'Make a new one.')
  t.match(
    lines().join('\n'),
    /http:\/\/127\.0\.0\.1:4000\/sandbox\/user-token[^]*The user token does not work\./,
  )
})

t.test('what was proved is said for each Page', async (t) => {
  const { screen, lines } = build()
  const page = { id: '100', name: 'Example Page', expiresAt: null, scopes: [], tasks: [], subscribed: true }
  screen.done([page, { ...page, id: '200', name: 'Second', subscribed: false }], 'data/tokens.json')
  const text = lines().join('\n')
  t.match(
    text,
    /Example Page 100[^]*✔ the token never expires[^]*✔ it may send messages[^]*✔ the Page sends its webhooks/,
  )
  t.match(text, /Second 200[^]*! the Page does not send its webhooks/)
  t.match(text, /Saved in data\/tokens\.json/)
})

t.test('where to get the token is explained, also for a sandbox', async (t) => {
  const { screen, lines } = build()
  screen.open({ appId: '600', version: 'v25.0', keptIn: 'data/tokens.json', encrypted: true })
  screen.explainToken('https://example.com/explorer', ['pages_messaging'])
  screen.explainSandbox('http://127.0.0.1:4000')
  const text = lines().join('\n')
  t.match(text, /App 600 · Graph v25\.0[^]*encrypted[^]*https:\/\/example\.com\/explorer[^]*pages_messaging/)
  t.match(text, /http:\/\/127\.0\.0\.1:4000\/sandbox\/user-token/)
})

t.test(
  'a token that is pasted in several lines is taken as one, whether the terminal marks a paste or not',
  async (t) => {
    const { screen, keyboard, raw } = build()
    const parts = ['EAAGm0PX4ZCpsBAKz9Tq', 'xq7Zb3Lw', 'ZD']
    for (const keys of [
      [`\u001b[200~${parts.join('\r')}\r\u001b[201~`, '\r'],
      [`${parts.join('\n')}\n`],
      [`{"access_token":"${parts.join('\r\n')}",\r\n"expires_in":5183944}\r\n`],
    ]) {
      const asked = screen.askToken()
      for (const key of keys) keyboard.write(key)
      t.equal(readUserToken((await asked) ?? ''), parts.join(''))
    }
    t.notMatch(raw(), /EAA|xq7/)
    t.ok(
      raw().lastIndexOf('\u001b[?2004l') > raw().lastIndexOf('\u001b[?2004h'),
      'the terminal is given back',
    )
  },
)

t.test(
  'Ctrl-D, a keyboard that is gone and the end of the screen each give a question up, with the cursor back',
  async (t) => {
    for (const end of [
      ({ keyboard }) => keyboard.write('\u0004'),
      ({ keyboard }) => keyboard.end(),
      ({ screen }) => screen.stop(),
    ] satisfies ((built: ReturnType<typeof build>) => unknown)[])
      for (const ask of [
        ({ screen }) => screen.askToken(),
        ({ screen }) =>
          screen.choosePages(
            [{ id: '1', name: 'Example Page', pageToken: null, tasks: [], unusable: null }],
            [],
          ),
      ] satisfies ((built: ReturnType<typeof build>) => unknown)[]) {
        const built = build()
        const asked = ask(built)
        end(built)
        t.equal(await asked, null)
        t.ok(built.raw().lastIndexOf('\u001b[?25h') > built.raw().lastIndexOf('\u001b[?25l'))
      }
  },
)
