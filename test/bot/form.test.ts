import { execFileSync } from 'node:child_process'
import t from 'tap'
import { callbackOf, startTown } from '../helpers/bot.ts'

const SCRIPT = `
replies:
  book:
    when: book a table
    say: With pleasure.
    ask:
      - { question: For how many?, remember: people, as: number }
      - { question: Inside or outside?, remember: where, one_of: [Inside, Outside] }
      - { question: Under which name?, remember: guest }
    answers: keep
    next: booked
  booked: { say: 'Thank you, {{guest}}: {{people}}, {{where}}.' }
fallback: { say: Pardon? }
`

/** Answers to a form outlive `kill -9`: those already given, and those that come while the bot is dead or dying. */
t.test(
  'a form goes on where it was when the bot is killed at a question, and while it takes an answer',
  async (t) => {
    const { sandbox, bot, pageIds, psids } = await startTown(t, { script: SCRIPT, latencyMs: 1 })
    const [pageId = '', psid = ''] = [pageIds[0], psids[0]]
    const messages = () => sandbox.conversation(pageId, psid)?.messages ?? []
    const got = (): string[] => messages().flatMap(({ from, text }) => (from === 'page' ? [text ?? ''] : []))
    const say = (text: string) => sandbox.act(pageId, psid, { type: 'text', text })
    const hears = (count: number) => sandbox.until(() => got().length >= count)

    say('book a table')
    await hears(2)
    await bot.kill9()
    say('We are 4')
    await bot.start()
    sandbox.courier.hurry()
    await hears(3)

    // At the 200, which is before the bot has answered, or while it does.
    const accepted = new Promise<void>((resolve) => {
      const stop = sandbox.bus.watch((event) => {
        if (
          event.type !== 'message' ||
          event.message.text !== 'outside' ||
          event.message.webhook !== 'delivered'
        )
          return
        stop()
        resolve()
      })
    })
    say('outside')
    await accepted
    await bot.kill9()
    await bot.start()
    await hears(4)
    say('Ann')
    await hears(5)

    t.same(got(), [
      'With pleasure.',
      'For how many?',
      'Inside or outside?',
      'Under which name?',
      'Thank you, Ann: 4, Outside.',
    ])
    const heard = messages().filter(({ from }) => from === 'visitor')
    t.equal(await bot.callBack(callbackOf(pageId, psid, ...heard)), 200, 'Facebook repeats all of it')
    await bot.sigterm()
    t.equal(got().length, 5)
    const kept = execFileSync(process.execPath, ['bin/answers.ts'], { env: bot.env, encoding: 'utf8' })
    t.match(
      kept
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
      [{ form: 'book', psid, answers: { people: '4', where: 'Outside', guest: 'Ann' } }],
    )
    t.equal(kept.trim().split('\n').length, 1, 'kept once')
  },
)
