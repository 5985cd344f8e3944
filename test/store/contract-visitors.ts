import type { Test } from 'tap'
import type { EventOutcome, NewEvent, Store } from '../../src/store/store.ts'
import type { OpenQuestion } from '../../src/store/open-questions.ts'
import {
  anyRoom,
  answer,
  finishAll,
  formAnswers,
  handleAll,
  newEvent,
  openPlace,
  sendAll,
  type OpenStore,
} from './steps.ts'

const HOOK = 'https://example.com/answers'
const HOUR_MS = 3_600_000
const REFUSAL = { verdict: 'unreachable', code: 551, subcode: null, fbtraceId: 'AbC', message: 'gone' }

/** What every store adapter has to pass about what visitors leave on purpose. */
export const visitorsContract = (t: Test, open: OpenStore): void => {
  t.test('answers are kept with the event that completes them, in order, over restarts', async (t) => {
    const { store, clock, reopen } = await openPlace(t, open)
    const woken: string[] = []
    store.onWork((queue) => woken.push(queue))
    await answer(store, 'a', [formAnswers('1'), formAnswers('2', HOOK)])
    await answer(store, 'b', [formAnswers('3')], 'psid-2')
    t.ok(woken.includes('answers'))

    const again = await reopen()
    const { answers, next } = await again.formAnswers.list({ limit: 2 })
    t.match(answers, [
      { form: 'book', url: null, body: '{"n":"1"}', pageId: 'page-1', psid: 'psid-1', dueMs: null },
      { form: 'book', url: HOOK, body: '{"n":"2"}', keptMs: clock.now(), dueMs: clock.now() },
    ])
    const rest = await again.formAnswers.list({ limit: 2, after: next ?? 0 })
    t.match(rest, { answers: [{ psid: 'psid-2', body: '{"n":"3"}' }], next: null })
    t.equal(rest.answers.length, 1)
  })

  t.test(
    'open questions that ask the same are one group, forgotten with their visitors and by time',
    async (t) => {
      const { store, clock, reopen } = await openPlace(t, open)
      const ask = async (key: string, psid: string, text: string, likeness: string) => {
        await store.accept([newEvent(key, { psid })])
        const question: OpenQuestion = {
          mid: `mid-${key}`,
          how: 'fallback',
          text,
          likeness,
          nearest: { reply: 'hours', confidence: 0.5 },
          ...(key === 'c' && { answer: `Not on ${text}.` }),
        }
        await finishAll(store, () => ({ replies: [], question }))
      }
      await ask('a', 'psid-1', 'open on Sunday?', 'open sunday')
      await ask('b', 'psid-2', 'bikes?', 'bikes')
      clock.skip(1000)
      await ask('c', 'psid-2', 'Sunday open', 'open sunday')

      const again = await reopen()
      const group = {
        likeness: 'open sunday',
        count: 2,
        pageId: 'page-1',
        lastMs: clock.now(),
        answer: 'Not on Sunday open.',
        texts: ['Sunday open', 'open on Sunday?'],
        how: 'fallback',
        nearest: { reply: 'hours', confidence: 0.5 },
      } as const
      t.match(await again.openQuestions.list({ limit: 10 }), [group, { likeness: 'bikes', count: 1 }])
      t.equal((await again.openQuestions.list({ limit: 1 })).length, 1)
      t.strictSame(await again.openQuestions.list({ limit: 10, pageId: 'another' }), [])
      t.equal((await again.openQuestions.list({ limit: 10, pageId: 'page-1' })).length, 2)

      await again.forget({ psid: 'psid-2' })
      t.match(await again.openQuestions.list({ limit: 10 }), [{ count: 1, texts: ['open on Sunday?'] }])
      t.equal(await again.openQuestions.drop('nothing like it'), 0)
      t.match(await again.prune('questions', clock.now() - 500), { dropped: 1, more: false })
      t.strictSame(await again.openQuestions.list({ limit: 10 }), [])
    },
  )

  t.test('the open questions of a message that its visitor deletes are gone, and no others', async (t) => {
    const { store, reopen } = await openPlace(t, open)
    const handle = async (key: string, psid: string, outcome: Omit<EventOutcome, 'replies'>) => {
      await store.accept([newEvent(key, { psid })])
      await finishAll(store, () => ({ replies: [], ...outcome }))
    }
    const asked = (text: string, mid: string | null): Omit<EventOutcome, 'replies'> => ({
      question: { mid, how: 'fallback', text, likeness: text, nearest: null },
    })
    const texts = async (of: Store) =>
      (await of.openQuestions.list({ limit: 10 })).flatMap((group) => group.texts).toSorted()
    await handle('a', 'psid-1', asked('my number is 5', 'm_1'))
    await handle('b', 'psid-1', asked('bikes?', 'm_2'))
    await handle('c', 'psid-1', asked('without a mid', null))
    await handle('d', 'psid-2', asked("another's", 'm_1'))
    await handle('e', 'psid-1', { takenBack: 'm_3' })
    t.same(await texts(store), ["another's", 'bikes?', 'my number is 5', 'without a mid'])
    await handle('f', 'psid-1', { takenBack: 'm_1' })
    t.same(await texts(await reopen()), ["another's", 'bikes?', 'without a mid'])
  })

  t.test("a Page's visitors are told, those who wrote last first, and of no other Page", async (t) => {
    const { store, clock, reopen } = await openPlace(t, open)
    const wrote = (key: string, psid: string | null, agoMs: number, more: Partial<NewEvent> = {}) =>
      newEvent(key, { psid, timestampMs: clock.now() - agoMs, ...more })
    await store.accept([
      wrote('a', 'first', 5 * HOUR_MS),
      wrote('b', 'second', 4 * HOUR_MS),
      wrote('c', 'third', 3 * HOUR_MS),
      wrote('d', 'elsewhere', 0, { pageId: 'page-2' }),
      wrote('e', 'never wrote', 0, { opensWindow: false }),
      // About the Page itself.
      wrote('f', null, 0),
    ])
    await store.accept([wrote('g', 'first', HOUR_MS)])
    const again = await reopen()
    const visitors = (pageId: string, limit = 10) => again.recentVisitors({ pageId, limit })
    t.same(await visitors('page-1'), ['first', 'third', 'second', 'never wrote'])
    t.same(await visitors('page-1', 2), ['first', 'third'])
    t.same(await visitors('page-2'), ['elsewhere'])
    t.same(await visitors('page-9'), [])
    await again.forget({ psid: 'first' })
    t.same(await visitors('page-1', 1), ['third'])
  })

  t.test('those to be delivered are due until they are marked otherwise', async (t) => {
    const { store, clock } = await openPlace(t, open)
    await answer(store, 'a', [formAnswers('1', HOOK), formAnswers('2', HOOK), formAnswers('3')])
    const nowMs = clock.now()
    const { answers, nextMs } = await store.formAnswers.due(nowMs, 10)
    t.same(
      answers.map(({ body }) => body),
      ['{"n":"1"}', '{"n":"2"}'],
    )
    t.equal(nextMs, null)
    await store.formAnswers.tried(answers[0]?.id ?? 0, null)
    await store.formAnswers.tried(answers[1]?.id ?? 0, nowMs + 1000)
    t.same(await store.formAnswers.due(nowMs, 10), { answers: [], nextMs: nowMs + 1000 })
    t.match(await store.formAnswers.due(nowMs + 1000, 10), { answers: [{ body: '{"n":"2"}' }] })

    t.equal(await store.formAnswers.drop(Number.MAX_SAFE_INTEGER), 2, 'not the one that waits')
    t.match(await store.formAnswers.list({ limit: 10 }), { answers: [{ body: '{"n":"2"}' }] })
  })

  t.test('visitors are found by words of their name, and not after they were forgotten', async (t) => {
    const { store, reopen } = await openPlace(t, open)
    await store.accept([
      newEvent('a'),
      newEvent('b', { psid: 'psid-2' }),
      newEvent('c', { psid: 'psid-1', pageId: 'page-2' }),
    ])
    const found = async (words: string, limit = 10): Promise<string[]> =>
      (await store.findByName({ words, limit })).map(({ pageId, psid, name }) => `${pageId} ${psid} ${name}`)
    await store.keepName({ pageId: 'page-1', psid: 'psid-1', name: 'Zoë Ångström' })
    await store.keepName({ pageId: 'page-1', psid: 'psid-2', name: 'Ann 100%_Müller' })
    await store.keepName({ pageId: 'page-2', psid: 'psid-1', name: 'Ann Angstrom' })
    await store.keepName({ pageId: 'page-1', psid: 'psid-3', name: 'Ann of no conversation' })
    await store.keepName({ pageId: 'page-9', psid: 'psid-1', name: 'Ann of no Page' })
    t.strictSame(await found('angström'), ['page-2 psid-1 Ann Angstrom', 'page-1 psid-1 Zoë Ångström'])
    t.strictSame(await found('ANN'), ['page-2 psid-1 Ann Angstrom', 'page-1 psid-2 Ann 100%_Müller'])
    t.strictSame(await found('0%_m'), ['page-1 psid-2 Ann 100%_Müller'], 'nothing stands for anything else')
    t.strictSame(await found('0__'), [])
    t.equal((await found('a', 1)).length, 1)

    await store.keepName({ pageId: 'page-1', psid: 'psid-1', name: 'Zoe Smith' })
    t.strictSame(await found('ångström'), ['page-2 psid-1 Ann Angstrom'], 'another name takes its place')
    const again = await reopen()
    t.match(await again.findByName({ words: 'smith', limit: 1 }), [{ psid: 'psid-1', name: 'Zoe Smith' }])
    await again.forget({ psid: 'psid-1' })
    t.match(await again.findByName({ words: '', limit: 9 }), [{ psid: 'psid-2' }])
    await again.keepName({ pageId: 'page-1', psid: 'psid-1', name: 'Too late' })
    t.strictSame(
      await again.findByName({ words: 'late', limit: 9 }),
      [],
      'what Facebook tells meanwhile is not kept',
    )
  })

  t.test('all that is kept of one conversation can be asked for, and of no other', async (t) => {
    const { store, clock, reopen } = await openPlace(t, open)
    await answer(store, 'a', [], 'psid-1', { replies: ['sent 1', 'sent 2', 'dies', 'waits'] })
    await answer(store, 'b', [], 'psid-2', { replies: ['of another'] })
    const claims = await store.claimOutbox(10, anyRoom)
    const claim = claims.find(({ conversation }) => conversation.psid === 'psid-1')
    const [one, two, three] = claim?.replies ?? []
    if (!claim || !one || !two || !three) throw new Error('nothing to send')
    await store.finishReply(claim, one, { status: 'sent', messageId: 'm_1' })
    await store.finishReply(claim, two, { status: 'sent', messageId: null })
    await store.finishReply(claim, three, { status: 'dead', reason: 'unreachable', error: REFUSAL })
    for (const each of claims) store.releaseOutbox(each)
    await store.accept([newEvent('c'), newEvent('d', { pageId: 'page-2' })])

    const who = { pageId: 'page-1', psid: 'psid-1' }
    const again = await reopen()
    const kept = await again.conversation({ ...who, limit: 50 })
    t.same(
      kept?.events.map(({ body }) => body),
      [newEvent('c').body],
    )
    t.match(kept?.replies, [{ id: claim.replies[3]?.id, body: 'waits', acceptedMs: clock.now() }])
    t.same(kept?.sent, [
      { replyId: two.id, messageId: null, sentMs: clock.now(), by: null },
      { replyId: one.id, messageId: 'm_1', sentMs: clock.now(), by: null },
    ])
    t.match(kept?.dead, [
      { id: three.id, reason: 'unreachable', error: REFUSAL, body: 'dies', diedMs: clock.now() },
    ])
    t.ok((kept?.windowEndsMs ?? 0) > clock.now())
    t.equal((await again.conversation({ ...who, limit: 1 }))?.sent.length, 1)

    t.equal(await again.conversation({ pageId: 'page-1', psid: 'nobody', limit: 50 }), null)
    t.equal(await again.conversation({ pageId: 'page-9', psid: 'psid-1', limit: 50 }), null)
    await again.forget({ psid: 'psid-1' })
    t.equal(await again.conversation({ ...who, limit: 50 }), null)
  })

  t.test('who wrote a reply stays known when it was sent, told by Facebook or by its echo', async (t) => {
    const { store, reopen } = await openPlace(t, open)
    const message = { text: 'they say "by": nobody' }
    const replies = [{ message, by: 'ann' }, { message }, { message, by: 'bo' }].map((one) =>
      JSON.stringify(one),
    )
    await answer(store, 'a', [], 'psid-1', { replies })
    const [claim] = await store.claimOutbox(10, anyRoom)
    const [one, two, three] = claim?.replies ?? []
    if (!claim || !one || !two || !three) throw new Error('nothing to send')
    await store.finishReply(claim, one, { status: 'sent', messageId: 'm_1' })
    await store.finishReply(claim, two, { status: 'sent', messageId: 'm_2' })
    store.releaseOutbox(claim)
    const confirmed = [{ replyId: three.id, messageId: 'm_3' }]
    await answer(store, 'b', [], 'psid-1', { confirmed })
    const kept = await (await reopen()).conversation({ pageId: 'page-1', psid: 'psid-1', limit: 9 })
    t.match(kept?.sent, [
      { messageId: 'm_3', by: 'bo' },
      { messageId: 'm_2', by: null },
      { messageId: 'm_1', by: 'ann' },
    ])
  })

  t.test('an id with characters that no database keeps is one visitor of one Page', async (t) => {
    const { store, reopen } = await openPlace(t, open)
    const ids = ['a\0b', '\ud800', '\udc00\ud83d']
    const events = (round: string) =>
      ids.map((id) =>
        newEvent(`${round} ${id}`, { psid: id, pageId: `page ${id}`, body: `{"key":"${round}"}` }),
      )
    t.same(await store.accept([...events('one'), newEvent('beside')]), { stored: 4, duplicates: 0 })
    t.same(await store.accept(events('two')), { stored: 3, duplicates: 0 })
    t.equal((await handleAll(store, (key) => [key])).length, 7)
    t.equal((await sendAll(store)).length, 7)

    const again = await reopen()
    t.same(await again.accept(events('one')), { stored: 0, duplicates: 3 })
    t.same(await again.accept(events('three')), { stored: 3, duplicates: 0 })
    await handleAll(again, () => [])
    for (const id of ids) {
      t.equal((await again.conversation({ pageId: `page ${id}`, psid: id, limit: 9 }))?.sent.length, 2)
      t.match(await again.forget({ psid: id }), { conversations: 1 })
    }
  })

  t.test(
    'a damaged reply that names a person is confirmed by its echo, and sent, like any other',
    async (t) => {
      const { store, reopen } = await openPlace(t, open)
      const replies = [
        '{"by":',
        '{"by":"ann"} and more',
        '"by": {',
        '[{"by":"bo"}]',
        `[{"by":${'['.repeat(50_000)}`,
      ]
      await answer(store, 'a', [], 'psid-1', { replies: [...replies, ...replies] })
      const [claim] = await store.claimOutbox(20, anyRoom)
      const [sent, echoed] = [claim?.replies.slice(0, 5) ?? [], claim?.replies.slice(5) ?? []]
      if (!claim) throw new Error('nothing to send')
      await Promise.all(
        sent.map((reply) => store.finishReply(claim, reply, { status: 'sent', messageId: `m ${reply.id}` })),
      )
      const confirmed = echoed.map(({ id }) => ({ replyId: id, messageId: `m ${id}` }))
      await answer(store, 'echo', [], 'psid-1', { confirmed, state: 'after the echo' })
      store.releaseOutbox(claim)

      const again = await reopen()
      t.same(await again.claimOutbox(10, anyRoom), [], 'none waits any more')
      const kept = await again.conversation({ pageId: 'page-1', psid: 'psid-1', limit: 20 })
      t.same(
        kept?.sent.map(({ messageId }) => messageId),
        [...sent, ...echoed].map(({ id }) => `m ${id}`).toReversed(),
      )
      t.same(new Set(kept?.sent.map(({ by }) => by)), new Set([null]), 'whom they name cannot be read')
    },
  )

  t.test('a reply with characters that PostgreSQL takes for no text is sent once, too', async (t) => {
    const { store, reopen } = await openPlace(t, open)
    const texts = ['\0', '\ud83d', '\\u0000']
    const replies = texts.map((text) => JSON.stringify({ message: { text }, by: 'ann' }))
    await answer(store, 'a', [], 'psid-1', { replies })
    const [claim] = await store.claimOutbox(10, anyRoom)
    if (!claim) throw new Error('nothing to send')
    for (const reply of claim.replies)
      await store.finishReply(claim, reply, { status: 'sent', messageId: reply.id })
    store.releaseOutbox(claim)
    const again = await reopen()
    const kept = await again.conversation({ pageId: 'page-1', psid: 'psid-1', limit: 9 })
    t.same(
      kept?.sent.map(({ by }) => by),
      texts.map(() => 'ann'),
    )
    t.same(await again.claimOutbox(10, anyRoom), [])
  })
}
