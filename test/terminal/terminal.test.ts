import { PassThrough, Writable } from 'node:stream'
import { pino } from 'pino'
import t, { type Test } from 'tap'

import { createLogOptions } from '../../src/base/log.ts'
import { isForegroundStat } from '../../src/terminal/job-control.ts'
import { createReadableLog } from '../../src/terminal/readable-log.ts'
import { createTerminal, type Panel, type TerminalDeps } from '../../src/terminal/terminal.ts'
import { readUserToken } from '../../src/token/user-token.ts'
import { settle } from '../helpers/clock.ts'
import { createKeyboard, createSignals, Screen } from './screen.ts'

const build = (t: Test, change: Partial<TerminalDeps> = {}, columns = 80) => {
  const screen = new Screen(columns)
  const keyboard = createKeyboard()
  const signals = createSignals()
  const terminal = createTerminal({
    input: keyboard,
    output: screen,
    signals,
    inForeground: () => true,
    ...change,
  })
  if (terminal === null) throw new Error('this is a terminal')
  t.teardown(() => terminal.close())
  const answers: string[] = []
  return {
    screen,
    keyboard,
    signals,
    terminal,
    answers,
    log: (line: string) => void terminal.output.write(`${line}\n`),
    type: async (keys: string) => {
      keyboard.write(keys)
      await settle()
    },
    panel: (change: Partial<Panel> = {}): Panel => ({
      title: 'Needed',
      lines: ['Why.'],
      ask: { label: 'Token:', hidden: true, answer: (typed) => answers.push(typed) },
      ...change,
    }),
  }
}

t.test('without a person at it there is no terminal', async (t) => {
  const tty = { input: createKeyboard(), output: new Screen() }
  t.equal(createTerminal({ ...tty, input: new PassThrough() }), null)
  t.equal(createTerminal({ ...tty, output: new PassThrough() }), null)
  t.not(createTerminal(tty), null)
})

t.test('log lines print above the panel, which stays whole under them', async (t) => {
  const { screen, terminal, log, panel } = build(t)
  log('one')
  terminal.show(panel())
  log('two')
  log('three')

  t.strictSame(screen.lines, ['one', 'two', 'three', '┌ Needed', '│ Why.', '└ Token: '])
})

t.test('in a window of no size, as in a container without a size set, the panel is whole', async (t) => {
  const window = new Screen()
  const write = (chunk: string, _encoding: unknown, done: () => void): void => {
    window.write(chunk)
    done()
  }
  const output = new Writable({ decodeStrings: false, write })
  const { terminal, log, panel } = build(t, {
    output: Object.assign(output, { isTTY: true, columns: 0, rows: 0 }),
  })
  log('one')
  terminal.show(panel())
  log('two')
  t.strictSame(window.lines, ['one', 'two', '┌ Needed', '│ Why.', '└ Token: '])
  terminal.hide()
  t.strictSame(window.lines, ['one', 'two'])
})

t.test('a log line is printed once it is complete, and at once', async (t) => {
  const { screen, terminal, panel } = build(t)
  terminal.show(panel())
  const bytes = Buffer.from('a long línea\nanother')
  terminal.output.write(bytes.subarray(0, 9))
  t.equal(screen.lines[0], '┌ Needed')
  terminal.output.write(bytes.subarray(9))

  t.strictSame(screen.lines.slice(0, 2), ['a long línea', '┌ Needed'])
  terminal.output.end()
  await settle()
  t.strictSame(screen.lines.slice(0, 3), ['a long línea', 'another', '┌ Needed'])
})

t.test('what is typed is never shown, only how much of it', async (t) => {
  const { screen, terminal, type, panel, answers } = build(t)
  terminal.show(panel())
  await type('zqx')
  t.equal(screen.lines.at(-1), '└ Token: •••')
  await type('jjjjj-qzx7')
  t.equal(screen.lines.at(-1), '└ Token: •••••••• (13 characters)')
  await type('\u007F')
  t.equal(screen.lines.at(-1), '└ Token: •••••••• (12 characters)')
  await type('8\r')

  t.strictSame(answers, ['zqxjjjjj-qzx8'])
  t.equal(screen.lines.at(-1), '└ Token: ', 'the line is empty again')
  t.notMatch(screen.raw, /[zqxj78]/)
})

t.test('Ctrl-U starts over, and an empty line is no answer', async (t) => {
  const { terminal, type, panel, answers } = build(t)
  terminal.show(panel())
  await type('wrong\u0015\r')
  await type(' \r')
  t.strictSame(answers, [])
  await type('right\r')

  t.strictSame(answers, ['right'])
})

t.test('a question that is not secret shows what is typed', async (t) => {
  const { screen, terminal, type, panel, answers } = build(t)
  terminal.show(panel({ ask: { label: 'Page:', hidden: false, answer: (typed) => answers.push(typed) } }))
  await type('1 2')

  t.equal(screen.lines.at(-1), '└ Page: 1 2')
})

const WRAPPED = ['EAAGm0PX4ZCpsBAKz9Tq', 'xq7Zb3Lw', 'ZD']

t.test('a pasted token may hold line ends; only a typed Enter sends it', async (t) => {
  const { screen, terminal, type, panel, answers } = build(t)
  terminal.show(panel())
  t.ok(screen.marksPastes)
  await type(`\u001B[200~${WRAPPED.join('\r\n')}\n\u001B[201~`)
  t.strictSame(answers, [])
  await type('\r')
  // In pieces, as a slow line brings it, a mark among them.
  for (const piece of ['\u001B[20', `0~${WRAPPED[0]}\r`, `${WRAPPED[1]}\r`, `${WRAPPED[2]}\u001B[`, '201~'])
    await type(piece)
  await type('\r')

  // As tmux and xterm paste the line ends of Windows.
  await type(`\u001B[200~${WRAPPED.join('\r\r')}\r\r\u001B[201~`)
  await type('\r')

  t.strictSame(answers, [WRAPPED.join('\n'), WRAPPED.join('\n'), WRAPPED.join('\n')])
  t.strictSame(new Set(answers.map(readUserToken)), new Set([WRAPPED.join('')]))
})

t.test('in a terminal that does not mark pastes its last line end sends the token', async (t) => {
  const { terminal, type, panel, answers } = build(t)
  terminal.show(panel())
  await type('user-token-1\n')
  await type(`${WRAPPED.join('\r')}\r`)
  await type(WRAPPED.join('\n'))
  await type('\r')

  t.strictSame(answers, ['user-token-1', WRAPPED.join('\n'), WRAPPED.join('\n')])
})

t.test('arrows, tabs and control characters do not get into the answer', async (t) => {
  const { terminal, type, panel, answers } = build(t)
  terminal.show(panel())
  await type('\u001B[A\t\u0001to\u001B[Dken\u001BOP\u001B[3~\r')

  t.strictSame(answers, ['token'])
})

t.test('no end of typing fills the memory', async (t) => {
  const { terminal, type, panel, answers } = build(t)
  terminal.show(panel())
  await type('x'.repeat(100_000))
  await type('\r')

  t.equal(answers[0]?.length, 4_096)
})

t.test('while nothing is asked, keys are swallowed', async (t) => {
  const { screen, terminal, type, panel, answers } = build(t)
  const { title, lines } = panel()
  terminal.show({ title, lines })
  await type('impatient\r')
  terminal.show(panel())
  await type('\r')

  t.strictSame(answers, [])
  t.equal(screen.lines.at(-1), '└ Token: ')
})

t.test('a panel shown anew keeps what was typed so far', async (t) => {
  const { terminal, type, panel, answers } = build(t)
  terminal.show(panel())
  await type('user-')
  terminal.show(panel({ lines: ['Now 4 replies are waiting.'] }))
  await type('token-1\r')

  t.strictSame(answers, ['user-token-1'])
})

t.test('Ctrl-C still means stop', async (t) => {
  const { terminal, type, panel, signals, keyboard } = build(t)
  terminal.show(panel())
  await type('half a tok\u0003')
  t.strictSame(signals.raised, ['SIGINT'])

  terminal.close()
  t.strictSame(keyboard.modes, [true, false])
})

t.test('Ctrl-Z gives the terminal back, and the panel returns with the process', async (t) => {
  const { screen, terminal, type, panel, signals, keyboard } = build(t)
  terminal.show(panel())
  await type('\u001A')
  t.strictSame(signals.raised, ['SIGTSTP'])
  t.strictSame(keyboard.modes, [true, false])
  t.strictSame(screen.lines, [])

  signals.continue()
  t.strictSame(keyboard.modes, [true, false, true])
  t.equal(screen.lines[0], '┌ Needed')
})

t.test('in the background nothing is asked, since reading would stop the server', async (t) => {
  let isForeground = false
  const { screen, terminal, panel, signals, keyboard, log } = build(t, { inForeground: () => isForeground })
  terminal.show(panel())
  log('still logging')
  t.strictSame(keyboard.modes, [])
  t.strictSame(screen.lines, ['still logging'])

  isForeground = true
  signals.continue()
  t.match(screen.lines, ['still logging', '┌ Needed'])
})

t.test('a shell brings a running job to the front without a word: the next log line finds out', async (t) => {
  let isForeground = false
  const { screen, terminal, panel, log } = build(t, { inForeground: () => isForeground })
  terminal.show(panel())
  isForeground = true
  log('one')

  t.match(screen.lines, ['one', '┌ Needed'])
})

t.test('Linux tells the foreground from the background', async (t) => {
  const stat = (group: number, foreground: number) => `7 (a (b) c) S 1 ${group} 5 34816 ${foreground} 4194304`
  t.equal(isForegroundStat(stat(6, 6)), true)
  t.equal(isForegroundStat(stat(6, 9)), false)
  t.equal(isForegroundStat(stat(6, -1)), true, 'no controlling terminal')
  t.equal(isForegroundStat(stat(6, 0)), true, 'a foreground group outside the container')
})

t.test('hiding leaves the log and gives the keyboard back', async (t) => {
  const { screen, terminal, panel, keyboard, log } = build(t)
  terminal.show(panel())
  log('one')
  terminal.hide()
  log('two')

  t.strictSame(screen.lines, ['one', 'two'])
  t.strictSame(keyboard.modes, [true, false])
  t.equal(screen.marksPastes, false)
  t.equal(keyboard.isPaused(), true, 'an idle keyboard does not keep the process alive')
})

t.test('after close the log goes on and no panel appears', async (t) => {
  const { screen, terminal, panel, keyboard, log } = build(t)
  terminal.close()
  terminal.show(panel())
  log('closing')

  t.strictSame(screen.lines, ['closing'])
  t.strictSame(keyboard.modes, [])
})

t.test('a window that goes away takes the panel with it, not the process', async (t) => {
  for (const event of ['end', 'error']) {
    const { screen, terminal, panel, keyboard } = build(t)
    terminal.show(panel())
    keyboard.emit(event, new Error('EIO'))
    t.strictSame(screen.lines, [])
  }
  const { screen, terminal, panel, keyboard } = build(t)
  keyboard.setRawMode = () => {
    throw new Error('EIO')
  }
  terminal.show(panel())
  t.strictSame(screen.lines, [])
})

t.test('in a narrow window the panel is wrapped and still redrawn whole', async (t) => {
  const { screen, terminal, panel, log, type } = build(t, {}, 24)
  const lines = [
    'The password was changed, and 3 replies are waiting.',
    'https://developers.facebook.com/tools',
  ]
  terminal.show(panel({ lines }))
  await type('token')
  log('a log line longer than the window')
  log('two')

  t.strictSame(screen.lines, [
    'a log line longer than t',
    'he window',
    'two',
    '┌ Needed',
    '│ The password was',
    '│ changed, and 3',
    '│ replies are waiting.',
    '│ https://developers.fa',
    '│ cebook.com/tools',
    '└ Token: •••••',
  ])
})

t.test('wide characters are counted as wide, so that no row breaks by itself', async (t) => {
  const { screen, terminal, panel } = build(t, {}, 24)
  terminal.show(panel({ lines: ['愛と平和のパン屋さん、毎日営業'] }))

  t.ok(screen.lines.length > 3)
  for (const line of screen.lines) t.ok(line.length <= 13 || /^[┌│└ \w.:]+$/.test(line), line)
})

t.test('a Page name cannot steer the terminal', async (t) => {
  const { screen, terminal, panel } = build(t)
  terminal.show(panel({ title: 'Bakery\u001B[2J\u0007', lines: ['a\nb'] }))

  t.strictSame(screen.lines, ['┌ Bakery [2J ', '│ a b', '└ Token: '])
})

t.test('a narrowed window gets the panel drawn anew, and nothing of the old one stays', async (t) => {
  const { screen, terminal, panel, log } = build(t, {}, 60)
  log('one')
  terminal.show(panel({ lines: ['The password was changed, and 3 replies wait.'] }))
  screen.narrow(30)

  t.strictSame(screen.lines, [
    'one',
    '┌ Needed',
    '│ The password was changed,',
    '│ and 3 replies wait.',
    '└ Token: ',
  ])
})

t.test('no log line steers the terminal on which it is shown', async (t) => {
  const output = new PassThrough({ encoding: 'utf8' })
  const hostile = '\u001b[2J \u009b2J \u202etxt \u007f\r end'
  const { stream, ...options } = createLogOptions('info', createReadableLog(output, false))
  const log = pino(options, stream ?? { write: () => {} })
  log.warn({ origin: hostile }, `said ${hostile}`)
  log.error({ err: new Error(`failed ${hostile}`) }, 'in C:\\u001b "quoted"')
  const shown = String(output.read())
  t.notMatch(shown, /(?!\n)\p{Cc}|[\u202a-\u202e]/u)
  t.match(shown, 'said \\u001b[2J \\u009b2J \\u202etxt \\u007f\\r end', 'and the operator sees what came')
  t.match(shown, 'in C:\\u001b "quoted"')
  t.match(shown, /Error: failed .*\n +at /, 'a stack keeps its lines')
})
