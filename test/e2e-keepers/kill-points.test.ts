import t from 'tap'
import { createRng } from '../../sandbox/src/rng.ts'
import { callbackOf, FIELDS_WITHOUT_ECHOES, type BotProcess } from '../helpers/bot.ts'
import { isTorture, roundsOr, SEED } from '../helpers/faults.ts'
import { shareAnew, startInstances, untilKept } from '../helpers/instances.ts'
import { wayToDatabase, wayToGraph, type Moment, type StoppingWay } from '../helpers/moments.ts'
import { createTalk } from '../helpers/talk.ts'

/**
 * `kill -9` of an instance at each place where what it knows, what the database knows and what Facebook knows are not the same.
 * What leads the instance to the one or the other stands still there, and then it is killed: no chance is left.
 */
const ROUNDS = roundsOr(1)
const ACCEPT = /insert into evergreen\.inbox/
const CLAIM = /insert into evergreen\.outbox .*from replies/s
const MARK = /insert into evergreen\.sent .*from dropped/s
const SEND = /^POST \S+\/messages.*"message":/s

interface Point {
  name: string
  to: 'database' | 'graph'
  moment: Moment
  /** What database and Facebook know then is the same at another point, or when an instance without work is killed. */
  isRepeated?: true
}

const ALL_POINTS: Point[] = [
  {
    name: 'before the commit that accepts an event',
    to: 'database',
    moment: { of: ACCEPT, when: 'asked' },
    isRepeated: true,
  },
  { name: 'after that commit, before its 200', to: 'database', moment: { of: ACCEPT, when: 'done' } },
  { name: 'before replies are claimed', to: 'database', moment: { of: CLAIM, when: 'asked' } },
  {
    name: 'after they are claimed, before a send',
    to: 'database',
    moment: { of: CLAIM, when: 'done' },
  },
  {
    name: 'when a send is written, before Facebook has it',
    to: 'graph',
    moment: { of: SEND, when: 'asked' },
    isRepeated: true,
  },
  { name: 'when Facebook has it, before its answer', to: 'graph', moment: { of: SEND, when: 'done' } },
  {
    name: 'after its answer, before the mark is committed',
    to: 'database',
    moment: { of: MARK, when: 'asked' },
    isRepeated: true,
  },
]
/** An instance for each costs 2 s of CPU, so an ordinary run leaves out those that repeat what the others prove. */
const POINTS = ALL_POINTS.filter(({ isRepeated }) => isTorture || isRepeated !== true)

interface Victim {
  name: string
  bot: BotProcess
  way: StoppingWay
}

t.test(
  'an instance that is killed at any of these moments leaves nothing lost, doubled or out of order',
  async (t) => {
    const count = POINTS.length + 1
    const size = { pages: count, visitors: 3 }
    // Without echoes only the conversation says what became of a send.
    const { town, url, instances } = await startInstances(t, { count, size, fields: FIELDS_WITHOUT_ECHOES })
    const { sandbox } = town
    const talk = createTalk(town, createRng(SEED))
    t.comment(`seed ${SEED}`)

    const victims: Victim[] = []
    for (const [index, { name, to, moment }] of POINTS.entries()) {
      const bot = instances[index + 1]
      if (bot === undefined) throw new Error('no instance')
      const way = await (to === 'graph'
        ? wayToGraph(t, sandbox.origin, moment)
        : wayToDatabase(t, url, moment))
      bot.env[to === 'graph' ? 'FB_GRAPH_URL' : 'DATABASE_URL'] = way.url
      victims.push({ name, bot, way })
    }

    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { bot } of victims) await bot.start()
      await shareAnew(url)
      // Each has a Page of its own to be killed for.
      await untilKept(
        url,
        instances.map(() => 1),
      )
      for (const place of talk.conversations) talk.write(place)
      await talk.answered()

      const killed = victims.map(async ({ name, bot, way }) => {
        await way.reached()
        await bot.kill9()
        t.pass(`killed ${name}`)
      })
      const writing = setInterval(() => talk.write(), 50)
      t.teardown(() => clearInterval(writing))
      await Promise.all(killed)
      clearInterval(writing)
      sandbox.courier.hurry()
      await talk.answered()
      t.same(talk.wrongs(), [], `each of ${talk.written()} messages is answered once and in order`)
    }

    const again = talk.conversations.map(({ pageId, psid, heard }) => callbackOf(pageId, psid, ...heard()))
    t.same(new Set(await Promise.all(again.map(town.bot.callBack))), new Set([200]))
    for (const place of talk.conversations) talk.write(place, 'say bye')
    await talk.answered()
    t.same(talk.wrongs(), [], 'and not again when Facebook repeats all of them')
  },
)
