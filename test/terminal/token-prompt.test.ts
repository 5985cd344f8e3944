import t, { type Test } from 'tap'
import { BotError } from '../../src/base/errors.ts'
import { createNeeds, WHOLE_BOT, type Need } from '../../src/alerts/needs.ts'
import type { Notice } from '../../src/alerts/notice.ts'
import { createTerminal } from '../../src/terminal/terminal.ts'
import { createTokenPrompt, type PromptedRepair, type RepairedPage } from '../../src/terminal/token-prompt.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { createKeyboard, createSignals, Screen } from './screen.ts'

const BAKERY = { id: '1001', name: 'Bakery' }
const FLORIST = { id: '1002', name: 'Florist' }

const dead = ({ id, name }: RepairedPage): Need => ({
  pageId: id,
  pageName: name,
  cause: 'token_invalid',
  what: `The token of ${name} died.`,
  remedy: 'Mend it.',
})

const NOTICE: Notice = { kind: 'needed', needs: [], atMs: 0 }

/** The prompt on a screen, with a repair that ends as the test says. */
const build = (t: Test) => {
  const clock = createFakeClock()
  const needs = createNeeds({ clock })
  const screen = new Screen(100)
  const keyboard = createKeyboard()
  const terminal = createTerminal({
    input: keyboard,
    output: screen,
    signals: createSignals(),
    inForeground: () => true,
  })
  if (terminal === null) throw new Error('this is a terminal')
  const repairs: (PromptedRepair & PromiseWithResolvers<RepairedPage[]>)[] = []
  const waiting = new Map<string, number>()
  const failures: unknown[] = []
  const prompt = createTokenPrompt({
    terminal,
    needs,
    clock,
    waiting: async (pageId) => waiting.get(pageId) ?? 0,
    repair: (request) => {
      const pending = Promise.withResolvers<RepairedPage[]>()
      repairs.push({ ...request, ...pending })
      return pending.promise
    },
    tokenSource: { url: 'https://example.com/tokens', scopes: ['pages_messaging'] },
    log: { error: (facts) => failures.push(facts) },
  })
  t.teardown(() => {
    prompt.stop()
    terminal.close()
  })
  return {
    clock,
    needs,
    screen,
    repairs,
    waiting,
    failures,
    prompt,
    repair: () => {
      const repair = repairs.at(-1)
      if (repair === undefined) throw new Error('nothing was repaired')
      return repair
    },
    /** Raises the needs and tells of them, as the reminders do. */
    raise: async (...raised: Need[]) => {
      for (const need of raised) needs.raise(need)
      prompt.notify(NOTICE)
      await settle()
    },
    type: async (keys: string) => {
      keyboard.write(keys)
      await settle()
    },
  }
}

/** What is on the screen besides the address to copy, which the first test looks at. */
const withoutLink = ({ lines }: { lines: string[] }): string[] =>
  lines.filter((line) => line !== 'https://example.com/tokens')

t.test('a dead token is explained and asked for, with what waits', async (t) => {
  const { screen, raise, waiting } = build(t)
  waiting.set('1001', 3)
  await raise(dead(BAKERY))

  t.strictSame(screen.lines, [
    'https://example.com/tokens',
    '┌ Bakery (Page 1001) needs a new token',
    '│ The token of Bakery died.',
    '│ Meanwhile 3 replies are waiting; nothing is lost.',
    '│ 1. Get a user token at the address above this box, with pages_messaging.',
    '│ 2. Paste it here (it is not shown) and press Enter.',
    '└ User token: ',
  ])
})

t.test('the number of waiting replies follows while the prompt stands, and typing goes on', async (t) => {
  const { screen, raise, waiting, clock, type, repair } = build(t)
  await raise(dead(BAKERY))
  await type('user-')
  waiting.set('1001', 1)
  await clock.advance(2_000)
  t.match(withoutLink(screen)[2], 'Meanwhile 1 reply is waiting')

  await type('token-1\r')
  t.equal(repair().userToken, 'user-token-1')
})

t.test('the steps of the repair are shown as they are done, then the prompt is gone', async (t) => {
  const { screen, raise, type, repair, needs, prompt } = build(t)
  await raise(dead(BAKERY))
  await type('user-token-1\r')
  t.strictSame(repair().pageIds, ['1001'])
  t.strictSame(withoutLink(screen), ['┌ Checking the token …', '└'])

  const { report } = repair()
  report({ status: 'done', text: 'User token inspected' })
  report({ status: 'skipped', text: 'No exchange needed' })
  report({ status: 'started', text: 'Looking for Pages' })
  const steps = ['  ✔ User token inspected', '  ✔ No exchange needed']
  t.strictSame(withoutLink(screen), [...steps, '┌ Looking for Pages …', '└'])

  repair().resolve([BAKERY])
  await settle()
  needs.settle('1001')
  prompt.notify({ ...NOTICE, kind: 'well' })
  t.strictSame(withoutLink(screen), [...steps, '✔ Bakery (Page 1001) has a token that never expires.'])
  t.notMatch(screen.raw, 'user-token-1')
})

t.test('a refused token is explained with what to do, and asked for again', async (t) => {
  const { screen, raise, type, repair, repairs } = build(t)
  await raise(dead(BAKERY))
  await type('user-token-1\r')
  const refusal = new BotError('BOT_USER_TOKEN_INVALID', 'The user token has expired.', {
    remedy: 'Get a fresh one.',
  })
  repair().report({ status: 'failed', text: refusal.message })
  repair().reject(refusal)
  await settle()

  t.match(withoutLink(screen), [
    '✖ The user token has expired.',
    '┌ Bakery (Page 1001) needs a new token',
    '│ The user token has expired.',
    '│ Get a fresh one.',
  ])
  await type('user-token-2\r')
  t.strictSame(
    repairs.map(({ userToken }) => userToken),
    ['user-token-1', 'user-token-2'],
  )
})

t.test('a fault of ours is logged, and the prompt stays', async (t) => {
  const { screen, raise, type, repair, failures } = build(t)
  await raise(dead(BAKERY))
  await type('user-token-1\r')
  repair().reject(new TypeError('undefined is not a Page'))
  await settle()

  t.equal(failures.length, 1)
  t.notMatch(screen.raw, 'undefined is not')
  t.equal(withoutLink(screen).at(-1), '└ User token: ')
})

t.test('one user token mends all sick Pages at once', async (t) => {
  const { screen, raise, type, repair } = build(t)
  await raise(dead(BAKERY), dead(FLORIST))
  t.equal(withoutLink(screen)[0], '┌ 2 Pages need a new token')
  await type('user-token-1\r')

  t.strictSame(repair().pageIds, ['1001', '1002'])
})

t.test('the Pages that stay sick are asked for again', async (t) => {
  const { screen, raise, type, repair } = build(t)
  await raise(dead(BAKERY), dead(FLORIST))
  await type('user-token-1\r')
  repair().resolve([BAKERY])
  await settle()

  t.ok(withoutLink(screen).includes('┌ Florist (Page 1002) needs a new token'))
})

t.test('before the first token the operator chooses among the Pages the token opens', async (t) => {
  const { screen, raise, type, repair } = build(t)
  await raise({ ...dead(BAKERY), pageId: WHOLE_BOT, pageName: null, cause: 'token_missing' })
  t.equal(withoutLink(screen)[0], '┌ The bot needs its first token')
  await type('user-token-1\r')
  t.strictSame(repair().pageIds, [])

  const chosen = repair().choose([BAKERY, FLORIST])
  t.strictSame(withoutLink(screen), [
    '┌ Which Page is the bot to answer for?',
    '│ 1. Bakery (Page 1001)',
    '│ 2. Florist (Page 1002)',
    '└ Number, several as 1 3, or all: ',
  ])
  await type('3\r')
  t.match(withoutLink(screen), ['┌', '│ 1.', '│ 2.', '│ "3" is none of these.', '└'])
  await type('2\r')

  t.strictSame(await chosen, ['1002'])
})

t.test('a token mended elsewhere ends the prompt with one line', async (t) => {
  const { screen, raise, needs, clock } = build(t)
  await raise(dead(BAKERY))
  needs.settle('1001')
  await clock.advance(500)

  t.strictSame(withoutLink(screen), ['✔ The token was mended elsewhere; nothing is left to do here.'])
  await clock.advance(60_000)
  t.equal(clock.pending(), 0, 'nothing is counted any more')
})

t.test('a trouble that gives way to another of the same Page is not taken for mended', async (t) => {
  const { screen, raise, needs, clock } = build(t)
  await raise(dead(BAKERY))
  needs.settle('1001')
  needs.raise({ ...dead(BAKERY), what: 'Now it is dead for another reason.' })
  await clock.advance(500)

  t.equal(withoutLink(screen)[1], '│ Now it is dead for another reason.')
  t.notMatch(screen.raw, 'mended elsewhere')
})

t.test('what is not about a token asks for none', async (t) => {
  const { screen, raise } = build(t)
  await raise({ ...dead(BAKERY), cause: 'configuration' })

  t.strictSame(withoutLink(screen), [])
})

t.test('a repair that did not hold is asked for again at the next notice', async (t) => {
  const { screen, raise, type, repair, prompt } = build(t)
  await raise(dead(BAKERY))
  await type('user-token-1\r')
  repair().resolve([BAKERY])
  await settle()
  t.equal(withoutLink(screen).length, 1)

  prompt.notify({ ...NOTICE, kind: 'reminder' })
  t.equal(withoutLink(screen).at(-1), '└ User token: ')
})

t.test('a repair that ends after the bot stopped shows no prompt', async (t) => {
  const { screen, raise, type, repair, prompt } = build(t)
  await raise(dead(BAKERY))
  await type('user-token-1\r')
  prompt.stop()
  repair().reject(new BotError('BOT_GRAPH_UNREACHABLE', 'Facebook does not answer.'))
  await settle()

  t.strictSame(withoutLink(screen), ['✖ Facebook does not answer.'])
})
