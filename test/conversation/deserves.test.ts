import t from 'tap'
import { deedsIn } from '../../src/conversation/deserves/lately.ts'
import { ANSWER_RULES } from '../../src/conversation/deserves/rules.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { event, postback, said, tapped } from './events.ts'
import { talk as begin, type Talk } from './talk.ts'

const SCRIPT = `
replies:
  hours: { title: Hours, when: hours, say: From 9 to 18. }
  welcome: { title: Welcome, when: { ad: any }, say: From an ad. }
  rate:
    when: rate
    ask:
      - { question: The food?, remember: food, as: number }
      - { question: The room?, remember: room, as: number }
    next: thanks
  thanks: { say: Thank you. }
fallback: { say: Pardon? }
`
const talk = (): Talk => begin(SCRIPT, { spacingMs: 0 })
const picture = event({
  message: { mid: 'm_9', attachments: [{ type: 'image', payload: { url: 'https://x.y' } }] },
})
const AD = { source: 'ADS', type: 'OPEN_THREAD', ad_id: '9' }
const texts = ({ replies }: Awaited<ReturnType<Talk['happens']>>) =>
  replies.map(({ message }) => message.text)

t.test('every rule says why and where that was learned', async (t) => {
  for (const { name, reason, source } of ANSWER_RULES) t.ok(reason.length > 20 && source !== '', name)
  t.equal(new Set(ANSWER_RULES.map(({ name }) => name)).size, ANSWER_RULES.length)
})

t.test('the same button twice within two seconds is answered once, whatever button it is', async (t) => {
  for (const tap of [postback('hours'), postback('GET_STARTED'), tapped('hours')]) {
    const { happens, pass } = talk()
    t.equal((await happens(tap)).replies.length, 1)
    pass(300)
    t.match(await happens(tap), { replies: [], unanswered: 'tapped_twice' })
    t.equal((await happens(postback('welcome'))).replies.length, 1, 'another button')
    pass(1900)
    t.equal((await happens(tap)).replies.length, 1, 'it counts from the tap that was answered')
  }
})

t.test('a tap that answers one question of a form is another one at the next', async (t) => {
  const { say, happens } = begin(
    `replies:
  a: { when: rate, ask: [{ question: One?, remember: one, one_of: [{ title: Yes, value: y }] }, { question: Two?, remember: two, one_of: [{ title: Yes, value: y }] }], next: b }
  b: { say: Done. }`,
    { spacingMs: 100 },
  )
  await say('rate')
  t.same(texts(await happens(tapped('evergreen:answer:one:0', 'Yes'))), ['Two?'])
  t.same(texts(await happens(tapped('evergreen:answer:two:0', 'Yes'))), ['Done.'])
})

t.test('words and a photo are answered once, and so are three photos', async (t) => {
  const first = talk()
  t.same(await first.say('hours'), ['From 9 to 18.'])
  first.pass(800)
  t.match(await first.happens(picture), { replies: [], unanswered: 'part_of_another_message' })
  first.pass(60_000)
  t.same(texts(await first.happens(picture)), ['Pardon?'], 'a photo by itself is answered')

  const three = talk()
  t.same(texts(await three.happens(picture)), ['Pardon?'])
  for (const each of [1, 2]) {
    three.pass(3000)
    t.same(texts(await three.happens(picture)), [], `photo ${each + 1}`)
  }
  three.pass(6000)
  t.same(texts(await three.happens(picture)), ['Pardon?'])

  const behind = talk()
  const words = { ...said('hours'), timestampMs: picture.timestampMs }
  t.same(texts(await behind.happens(picture, { behind: [words] })), [])
  t.same(await behind.say('hours'), ['From 9 to 18.'], 'the words are answered where the photo came first')
  t.same(texts(await talk().happens(picture, { behind: [picture] })), ['Pardon?'], 'the first of several is')
  const tap = { ...tapped('hours'), timestampMs: picture.timestampMs }
  t.same(texts(await talk().happens(picture, { behind: [tap] })), ['Pardon?'], 'a tap is no words of it')
})

t.test('a thumb after words is answered where the script has a reply to it', async (t) => {
  const thumb = event({
    message: { mid: 'm_8', attachments: [{ type: 'sticker', payload: { sticker_id: 369239263222822 } }] },
  })
  const liked = begin(`${SCRIPT.trimEnd()}\n`.replace('thanks: {', 'thanks: { when: [{ sticker: like }],'), {
    spacingMs: 0,
  })
  await liked.say('hours')
  t.same(texts(await liked.happens(thumb)), ['Thank you.'])
  const other = talk()
  await other.say('hours')
  t.same(texts(await other.happens(thumb)), [], 'nowhere else')
})

t.test('an ad greets a visitor once, and what is written under it is answered', async (t) => {
  const { happens, pass, say } = talk()
  const referral = event({ referral: AD })
  const message = event({ message: { mid: 'm_2', text: 'hello', referral: AD } })
  t.same(texts(await happens(referral)), ['From an ad.'])
  pass(1500)
  t.match(await happens(message), { replies: [], unanswered: 'ad_was_answered' })
  pass(60_000)
  t.match(await happens(referral), { replies: [], unanswered: 'ad_was_answered' })
  t.same(texts(await happens(event({ referral: { ...AD, ad_id: '10' } }))), ['From an ad.'], 'another ad')
  pass(30_000)
  const asked = event({ message: { mid: 'm_3', text: 'hours', referral: AD } })
  t.same(
    texts(await happens(asked)),
    ['From 9 to 18.'],
    'a question that comes later is answered by its words',
  )
  pass(20 * 60_000)
  t.same(await say('hours'), ['From 9 to 18.'])
  t.same(texts(await happens(referral)), ['From an ad.'], 'some minutes later it is said again')

  const other = talk()
  t.same(texts(await other.happens(message)), ['From an ad.'])
  t.same(texts(await other.happens(referral)), [], 'the other way round')
  const bare = begin('replies: { a: { when: hello, say: Hi. } }', { spacingMs: 0 })
  t.same(texts(await bare.happens(referral)), [])
  t.same(texts(await bare.happens(message)), ['Hi.'], 'an ad that led to no answer takes none away')
})

t.test('two bots do not answer each other without end', async (t) => {
  const { say, happens, pass, last } = talk()
  const said12: number[] = []
  for (let each = 0; each < 12; each += 1) {
    said12.push((await say('I am away.')).length)
    pass(2000)
  }
  t.same(said12, [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
  t.equal(last().unanswered, 'over_and_over')
  t.same(await say('hours'), ['From 9 to 18.'], 'other words are another matter')
  t.equal((await happens(postback('hours'))).replies.length, 1, 'and so is a tap')
  pass(11 * 60_000)
  t.same(await say('I am away.'), ['Pardon?'], 'after a while it is answered again')

  const AWAY = ['I am away.', 'Leave a message.', 'Nobody is here.', 'Back on Monday.']
  for (const several of [2, 3, 4]) {
    const turns = talk()
    let answers = 0
    for (let each = 0; each < 60; each += 1) {
      answers += (await turns.say(AWAY[each % several] ?? '')).length
      turns.pass(1000)
    }
    t.equal(answers, 5 * several, `a bot that says ${several} texts in turn, too`)
  }
})

t.test('two bots do not answer each other without end where only a number differs', async (t) => {
  const answersTo = async (textOf: (each: number) => string, times = 24): Promise<number> => {
    const { say, pass } = talk()
    let answers = 0
    for (let each = 0; each < times; each += 1) {
      answers += (await say(textOf(each))).length
      pass(3000)
    }
    return answers
  }
  t.equal(await answersTo((each) => `We are closed. Your ticket is #${1000 + each}.`), 8)
  t.equal(await answersTo((each) => `It is 12:${10 + each}:00, and nobody is here`), 8)
  t.equal(await answersTo((each) => `只今の待ち時間は${each}分です`), 8)
  t.equal(
    await answersTo(
      (each) => `رقم تذكرتك هو ${'٠١٢٣٤٥٦٧٨٩'[each % 10]}${'٠١٢٣٤٥٦٧٨٩'[Math.floor(each / 10)]}`,
    ),
    8,
  )
  const tickets = ['Your ticket is now', 'We have noted down']
  t.equal(await answersTo((each) => `${tickets[each % 2]} ${each}`), 16, 'two texts in turn')
  t.equal(await answersTo((each) => `order ${4711 + each}`), 24, 'order numbers are no sentences')
  t.equal(await answersTo((each) => `where is my order ${4711 + each}`, 7), 7, 'a few of them are a person')
})

t.test('an ad without an id is told by its ref', async (t) => {
  const { happens, pass } = begin('replies: { a: { when: { ref: any }, say: From a ref. } }', {
    spacingMs: 0,
  })
  const old = { source: 'ADS', type: 'OPEN_THREAD', ref: 'summer' }
  t.same(texts(await happens(event({ referral: old }))), ['From a ref.'])
  pass(700)
  t.same(texts(await happens(event({ message: { mid: 'm_7', text: 'hello', referral: old } }))), [])
  t.same(texts(await happens(event({ referral: { ...old, ref: 'winter' } }))), ['From a ref.'])
  const link = { ...old, source: 'SHORTLINK' }
  for (const each of [1, 2])
    t.same(texts(await happens(event({ referral: link }))), ['From a ref.'], `a link is no ad (${each})`)
})

t.test('the same answer to every question of a form is no loop', async (t) => {
  const { say, pass } = begin(
    `replies:
  rate: { when: rate, ask: [${Array.from('abcdefgh')
    .map((name) => `{ question: '${name}?', remember: ${name}, as: number }`)
    .join(', ')}], next: thanks }
  thanks: { say: Thank you. }`,
    { spacingMs: 0 },
  )
  await say('rate')
  for (const next of ['b?', 'c?', 'd?', 'e?', 'f?', 'g?', 'h?', 'Thank you.']) {
    t.same(await say('5'), [next])
    pass(1000)
  }
})

t.test('a message that was deleted before its turn is not answered, and a deletion never is', async (t) => {
  const { happens } = talk()
  const deleted = event({ message: { mid: 'm_1', is_deleted: true } })
  t.match(await happens(said('hours'), { behind: [deleted] }), { replies: [], unanswered: 'taken_back' })
  t.match(await happens(deleted), { replies: [], unanswered: 'wants_no_answer' })
})

t.test('a message whose deletion came before it is neither answered nor kept', async (t) => {
  const { say, happens, state, pass } = begin(`replies:
  human: { when: human, say: A person will answer., do: handover }
  hours: { when: hours, say: From 9 to 18. }`)
  const message = (mid: string, text: string) => event({ message: { mid, text } })
  const deletes = (mid: string) => happens(event({ message: { mid, is_deleted: true } }))
  await deletes('m_late')
  pass(30_000)
  t.match(await happens(message('m_late', 'hours')), { replies: [], unanswered: 'taken_back' })
  t.same(texts(await happens(message('m_other', 'hours'))), ['From 9 to 18.'])
  await say('human')
  await deletes('m_later')
  await happens(message('m_later', 'my secret'))
  t.notMatch(JSON.stringify(state()), /secret/, 'also while a person has the conversation')
})

t.test('what is noted of a visitor’s deeds stays small, and strange notes do no harm', async (t) => {
  const { say, last, pass } = talk()
  for (let each = 0; each < 100; each += 1) await say(`hello ${each}`)
  const state = (): JsonObject => last().state ?? {}
  t.equal((state()['lately'] as unknown[]).length, 24)
  t.notMatch(JSON.stringify(state()), /hello/, 'no words are kept')
  pass(3_600_000)
  await say('hello')
  t.equal((state()['lately'] as unknown[]).length, 1, 'what is old is forgotten')
  for (const lately of ['yes', [1, null, ['words'], ['words', 'x', 'y'], ['tap', 1, 2]], { a: 1 }])
    t.same(await begin(SCRIPT, { state: { lately } }).say('hours'), ['From 9 to 18.'])
})

t.test('what was remembered from a message goes with it when its visitor deletes it', async (t) => {
  const { say, happens, state } = begin(
    `replies:
  book: { when: book, ask: [{ question: Name?, remember: name }, { question: Size?, remember: size }], next: done }
  done: { say: 'Thank you, {{name | friend}}.' }`,
  )
  const deletes = (mid: string) => happens(event({ message: { mid, is_deleted: true } }))
  await say('book')
  await happens(event({ message: { mid: 'm_name', text: 'Vera Secret' } }))
  t.same(state()?.['remembered'], { name: 'Vera Secret' })
  await deletes('m_other')
  t.same(state()?.['remembered'], { name: 'Vera Secret' }, 'another message')
  await deletes('m_name')
  t.equal(state()?.['remembered'], undefined)
  t.same(texts(await happens(event({ message: { mid: 'm_size', text: 'M' } }))), ['Thank you, friend.'])
  t.same(state()?.['remembered'], { size: 'M' })
})

t.test('the same event is another deed at another question of a form', async (t) => {
  const yes = said('yes')
  const at = (step: number): JsonObject => ({ form: { reply: 'order', step, askedMs: 1 } })
  const [first, second] = [deedsIn(yes, at(0)), deedsIn(yes, at(1))]
  t.not(first[0]?.what, second[0]?.what)
  t.equal(deedsIn(yes, at(0))[0]?.what, first[0]?.what)
})
