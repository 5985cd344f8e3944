import t from 'tap'

import { createLogNotifier } from '../../src/alerts/log-notifier.ts'
import { WHOLE_BOT } from '../../src/alerts/needs.ts'
import { inTwoSteps } from '../../src/alerts/two-steps.ts'
import { VERDICTS } from '../../src/graph/verdicts.ts'
import { noticeText, type Notice, type NoticedNeed } from '../../src/alerts/notice.ts'

const SINCE = Date.UTC(2026, 10, 21, 9, 5)
const MINUTE = 60_000

const need = (change: Partial<NoticedNeed> = {}): NoticedNeed => ({
  pageId: '1001',
  pageName: 'Bakery',
  cause: 'token_invalid',
  what: 'The password was changed.',
  remedy: 'Run `npm run bootstrap-token`.',
  sinceMs: SINCE,
  waiting: 3,
  visitors: null,
  firstWindowEndsMs: null,
  ...change,
})

const notice = (change: Partial<Notice> = {}): Notice => ({
  kind: 'needed',
  needs: [need()],
  atMs: SINCE + 3 * MINUTE,
  ...change,
})

t.test('a notice says what happened, since when, what waits and what to do', async (t) => {
  t.equal(
    noticeText(notice()),
    [
      'Evergreen needs you: Bakery (Page 1001) cannot answer.',
      'To do: Run `npm run bootstrap-token`.',
      'The password was changed.',
      'Since 2026-11-21 09:05 UTC (3 minutes). 3 replies are waiting; the bot sends waiting replies once this is mended.',
    ].join('\n'),
  )
})

t.test(
  'a cause that only another version of the bot knows is told like a Page that cannot answer',
  async (t) => {
    const needs = [need({ cause: 'of_a_newer_version' as NoticedNeed['cause'] })]
    t.match(noticeText(notice({ needs })), /^Evergreen needs you: Bakery \(Page 1001\) cannot answer/)
    t.match(noticeText(notice({ kind: 'well', needs })), 'Bakery (Page 1001) can answer.')
  },
)

t.test('a reminder says that it is one, and for how long it has been so', async (t) => {
  const text = noticeText(notice({ kind: 'reminder', atMs: SINCE + 26 * 60 * MINUTE }))
  t.match(text, /^Evergreen still needs you: Bakery/)
  t.match(text, '(1 day)')
})

t.test('no reply, one reply and an unknown number of replies read as such', async (t) => {
  t.match(noticeText(notice({ needs: [need({ waiting: 0 })] })), 'No replies are waiting.')
  t.match(noticeText(notice({ needs: [need({ waiting: 1 })] })), '1 reply is waiting;')
  t.notMatch(noticeText(notice({ needs: [need({ waiting: null })] })), 'waiting')
})

t.test('with visitors waiting it says how many, and when the first can no longer be answered', async (t) => {
  const text = noticeText(
    notice({ needs: [need({ visitors: 2, firstWindowEndsMs: SINCE + 20 * 60 * MINUTE })] }),
  )
  t.match(text, ' 3 replies to 2 visitors are waiting; the bot sends waiting replies')
  t.match(
    text,
    '\nThe first 24-hour window closes at 2026-11-22 05:05 UTC (in 19 hours); later that reply cannot be sent.',
  )
  const one = noticeText(notice({ needs: [need({ waiting: 1, visitors: 1 })] }))
  t.match(one, '1 reply to 1 visitor is waiting;')
  t.notMatch(one, 'window')
})

t.test('a clock set back gives no negative duration', async (t) => {
  t.match(noticeText(notice({ atMs: SINCE - 60 * MINUTE })), '(less than a minute)')
})

t.test('before the first token the notice speaks of the bot, not of a Page', async (t) => {
  const text = noticeText(notice({ needs: [need({ pageId: WHOLE_BOT, pageName: null })] }))
  t.match(text, /^Evergreen needs you: the bot cannot answer\./)
  t.notMatch(text, '*')
})

t.test('several needs are listed, their common remedy once', async (t) => {
  const needs = Array.from({ length: 7 }, (_, i) => need({ pageId: `100${i}`, pageName: null }))
  const text = noticeText(notice({ needs }))
  t.match(text, '7 things keep the bot from answering')
  t.match(text, '• Page 1004: ')
  t.notMatch(text, 'Page 1005')
  t.match(text, '• and 2 more')
  t.equal(text.split('To do: ').length, 2)
})

t.test('what to do comes first and is never cut, however many Pages are dead', async (t) => {
  const dead = Array.from({ length: 12 }, (_, i) =>
    need({
      pageId: `100${i}`,
      pageName: `A Page with a rather long name, number ${i}`,
      what: `The password was changed. ${'Facebook says a lot about it. '.repeat(20)}`,
      remedy: `Run \`npm run bootstrap-token -- --page 100${i}\` with a new user token; the running bot takes it at once.`,
      byToken: true,
      firstWindowEndsMs: SINCE + 60 * MINUTE,
    }),
  )
  for (const count of [1, 2, 5, 12]) {
    const text = noticeText(notice({ needs: dead.slice(0, count) }), 1900)
    t.ok(text.length <= 1900, `${count} Pages in ${text.length} characters`)
    const command = count === 1 ? '--page 1000' : '--all'
    t.match(
      text,
      new RegExp(
        `^Evergreen needs you: [^\\n]*\\nTo do: Run \`npm run bootstrap-token -- ${command}\`[^…]*at once\\.\\n`,
      ),
    )
    t.equal(text.split('bootstrap-token').length, 2, 'it is said once')
  }
  const text = noticeText(notice({ needs: dead }), 1900)
  const named = text.split('\n• A Page').length - 1
  t.ok(named >= 2)
  t.ok(text.endsWith(`\n• and ${12 - named} more`), text.slice(-40))

  const unlike = Array.from({ length: 12 }, (_, i) =>
    need({ pageId: String(i), remedy: `${'Do this. '.repeat(20)}${i}.` }),
  )
  const all = noticeText(notice({ needs: unlike }), 1900)
  t.ok(all.length <= 1900, String(all.length))
  t.match(all, /And \d+ more to do, which console and doctor name\./)
})

t.test('where the console is reached from everywhere, its address comes first', async (t) => {
  const consoleUrl = 'https://bot.example/operator'
  t.match(
    noticeText(notice({ consoleUrl, needs: [need({ byToken: true })] })),
    /^Evergreen.*\nTo do: Open https:\/\/bot\.example\/operator \(.*Continue with Facebook.*\nOr: Run `npm run bootstrap-token`\.\n/,
  )
  const other = noticeText(
    notice({ consoleUrl, needs: [need({ cause: 'configuration', remedy: 'Restart.' })] }),
  )
  t.match(other, /^Evergreen.*\nTo do: Restart\.\nHow it stands: https:\/\/bot\.example\/operator \(/)
})

t.test('what a new token does not mend comes before it, also where it is given in the console', async (t) => {
  const remedy =
    'Give the role again; then run `npm run bootstrap-token -- --page 1001` with a new user token.'
  const needs = [need({ byToken: true, remedy })]
  t.match(
    noticeText(notice({ consoleUrl: 'https://bot.example/operator', needs })),
    /^Evergreen.*\nTo do first: Give the role again\.\nThen: Open https:.*\nOr: Run `npm run bootstrap-token -- --page 1001` with/,
  )
})

/** Remedies for which nothing comes before the new token. */
const TOKEN_ALONE = [
  /^Connect the Page under its new id, [^`]*: run `/,
  /^Messages go out with a token of the Page itself: run `/,
  /^In the dialog of the login tick this Page, [^`]*: run `/,
  /^Such Pages take calls with a token of the Page itself: run `/,
]

t.test('of each remedy with a new token it is known whether something comes before that', async (t) => {
  const remedies = VERDICTS.flatMap(({ remedy, byToken }) => (byToken === true && remedy ? [remedy] : []))
  for (const remedy of new Set(remedies)) {
    const { first, run } = inTwoSteps(remedy)
    if (TOKEN_ALONE.some((alone) => alone.test(remedy))) t.equal(first, null, remedy)
    else {
      t.match(first, /^[A-Z][^`]*(`npm run doctor`[^`]*)?[^.]\.$/, `what comes before the token: ${remedy}`)
      t.match(run, /^Run `npm run bootstrap-token`/)
    }
  }
})

t.test('what a token mends and what it does not are told apart', async (t) => {
  const needs = [need({ byToken: true }), need({ cause: 'configuration', remedy: 'Restart.' })]
  t.match(
    noticeText(notice({ consoleUrl: 'https://bot.example/operator', needs })),
    /^Evergreen.*\nTo do: Open .*\nOr: Run `npm run bootstrap-token`\.\nTo do \(cannot answer\): Restart\.\n•/,
  )
  const script = need({ pageId: '*', cause: 'script', remedy: 'Correct it.' })
  t.match(
    noticeText(notice({ needs: [...needs, script] })),
    /\nTo do \(speaks by an older version of the script\): Correct it\.\n/,
  )
})

t.test('what holds back no reply is not said to', async (t) => {
  const profile = need({ cause: 'profile' })
  const unheard = need({ cause: 'unsubscribed' })
  t.match(
    noticeText(notice({ needs: [profile] })),
    /^Evergreen needs you: Bakery .* shows a profile that is out of date\./,
  )
  t.match(noticeText(notice({ needs: [unheard] })), /may not hear its visitors\./)
  t.notMatch(noticeText(notice({ needs: [unheard] })), /once this is mended/)
  t.match(noticeText(notice({ needs: [profile, unheard] })), '2 things are to be mended')
  t.match(noticeText(notice({ kind: 'well', needs: [profile] })), /profile is up to date for Bakery/)
  t.match(
    noticeText(notice({ kind: 'well', needs: [profile, unheard] })),
    /again: the Messenger profile is up to date for Bakery.*; webhooks come for Bakery/,
  )
  t.match(noticeText(notice({ kind: 'well', needs: [profile, need()] })), /can answer/)
})

t.test('when all is well each Page is named once, with how long it took', async (t) => {
  const needs = [need(), need({ cause: 'restricted', sinceMs: SINCE + MINUTE })]
  t.equal(
    noticeText(notice({ kind: 'well', needs })),
    'All is well again: Bakery (Page 1001) can answer.\nIt took 3 minutes; replies that waited are going out now.',
  )
})

t.test('the log gets exactly one line per notice, at a level that fits', async (t) => {
  const lines: [string, object, string][] = []
  const level = (name: string) => (facts: object, message: string) => void lines.push([name, facts, message])
  const tell = createLogNotifier({
    log: { info: level('info'), warn: level('warn'), error: level('error') },
  })

  tell(notice())
  tell(notice({ kind: 'reminder' }))
  tell(notice({ kind: 'well' }))

  t.strictSame(
    lines.map(([name]) => name),
    ['error', 'warn', 'info'],
  )
  t.strictSame(lines[0]?.[1], {
    notice: 'needed',
    needs: [{ pageId: '1001', cause: 'token_invalid', waiting: 3 }],
  })
  t.match(lines[0]?.[2], /needs you.*To do: Run/)
  t.notMatch(lines[0]?.[2], '\n')
})

t.test('ten dead tokens do not hide what else there is to do', async (t) => {
  const dead = Array.from({ length: 10 }, (_, each) => need({ pageId: `200${each}`, pageName: null }))
  const refused = need({
    pageId: WHOLE_BOT,
    cause: 'refused',
    what: 'Facebook refuses the reply "hours" of the script again and again: it is too long.',
    remedy: 'Correct what is named here in the script.',
  })
  const lines = noticeText(notice({ needs: [...dead, refused] }), 1000).split('\n')
  t.match(lines.slice(1, 3), [/bootstrap-token/, /named here in the script/])
  t.match(lines[3], /^• Page 2000: The password/)
  t.match(lines[4], /^• the bot: Facebook refuses the reply "hours"/)
  t.match(lines[5], /^• Page 2001/)
})
