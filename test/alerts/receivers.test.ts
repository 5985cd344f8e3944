import { readFileSync } from 'node:fs'
import t from 'tap'
import { receiversIn, WAYS_TO_BE_TOLD } from '../../src/alerts/channels/receivers.ts'
import type { Notice } from '../../src/alerts/notice.ts'
import { configSchema } from '../../src/base/settings.ts'
import { notice as noticeOf } from '../helpers/alerts.ts'

const SETTINGS = {
  ALERT_URL: 'https://hooks.slack.com/services/hush',
  ALERT_NTFY_URL: 'https://ntfy.example.com/alerts/hush-topic',
  ALERT_TELEGRAM_TO: '-100123',
  TELEGRAM_BOT_TOKEN: '42:hush_token',
  ALERT_PUSHOVER_TO: 'u'.repeat(30),
  PUSHOVER_TOKEN: 'a'.repeat(30),
}

const notice = (change: Partial<Notice> = {}): Notice =>
  noticeOf('<!channel> Bäckerei \u{1F950}', { consoleUrl: 'https://bot.example.com/operator', ...change })

const posts = (given: Notice, settings = SETTINGS) =>
  Object.fromEntries(receiversIn(settings).map(({ name, post }) => [name, post(settings, given)]))

t.test('each receiver gets what its own documentation asks for', async (t) => {
  const all = posts(notice())
  t.match(all['ALERT_URL'], {
    url: SETTINGS.ALERT_URL,
    body: { text: /^Evergreen needs you: ‹!channel› Bäckerei/ },
  })
  t.strictSame(Object.keys(all['ALERT_URL']?.body ?? {}), ['text'])
  t.match(all['ntfy'], {
    url: 'https://ntfy.example.com/alerts/',
    headers: {},
    body: {
      topic: 'hush-topic',
      title: /^Evergreen needs you: <!channel> Bäckerei/,
      message: /^To do: Mend it[^]*Its token died\./,
      priority: 4,
      tags: ['warning'],
      click: 'https://bot.example.com/operator',
    },
  })
  t.match(all['Telegram'], {
    url: 'https://api.telegram.org/bot42:hush_token/sendMessage',
    body: { chat_id: '-100123', text: /^Evergreen needs you/, link_preview_options: { is_disabled: true } },
  })
  t.match(all['Pushover'], {
    url: 'https://api.pushover.net/1/messages.json',
    body: {
      token: SETTINGS.PUSHOVER_TOKEN,
      user: SETTINGS.ALERT_PUSHOVER_TO,
      title: /^Evergreen needs you/,
      message: /^To do/,
      priority: 1,
      url: 'https://bot.example.com/operator',
    },
  })
})

t.test('a Page name mentions no person and makes no link in a room, whichever takes the alert', async (t) => {
  const named = noticeOf('@everyone @here <@U1> <!channel> [win](https://evil.example)')
  const text = String(posts(named)['ALERT_URL']?.body['text'])
  t.match(text, '＠everyone ＠here ‹＠U1› ‹!channel› [win] (https://evil.example)')
  t.notMatch(text, /[@<>]|\]\(/)
})

t.test('what is well again is quiet, and the longest notice is short enough for each', async (t) => {
  const well = posts(notice({ kind: 'well' }))
  t.match([well['ntfy']?.body['priority'], well['Pushover']?.body['priority']], [2, -1])
  t.match(well['Telegram']?.body, { disable_notification: true })
  const [need] = notice().needs
  const long = { ...need, what: 'ä'.repeat(5000), remedy: 'ö'.repeat(5000) } as NonNullable<typeof need>
  const many = posts(
    notice({ needs: Array.from({ length: 30 }, (_, n) => ({ ...long, pageId: String(n) })) }),
  )
  const { title = '', message = '' } = (many['Pushover']?.body ?? {}) as Record<string, string>
  t.ok(title.length <= 250 && message.length <= 1024, `${title.length}, ${message.length}`)
  t.ok(Buffer.byteLength(String(many['ntfy']?.body['message'])) <= 4096)
  t.ok(String(many['Telegram']?.body['text']).length <= 4096)
})

t.test('the console has no link to where it is not reached, and a trial says what it is', async (t) => {
  const { ntfy, Pushover } = posts({ kind: 'trial', needs: [], atMs: 0 })
  t.match(ntfy?.body, { title: /trial alert/, message: /Nothing is wrong/, click: undefined })
  t.match(Pushover?.body, { message: /Nothing is wrong/, url: undefined })
})

t.test('a protected topic of ntfy is opened by a token or by user and password', async (t) => {
  const headersOf = (ALERT_NTFY_URL: string) => posts(notice(), { ...SETTINGS, ALERT_NTFY_URL })['ntfy']
  t.match(headersOf('https://:tk_hush@ntfy.sh/t'), {
    url: 'https://ntfy.sh/',
    headers: { authorization: 'Bearer tk_hush' },
  })
  t.match(headersOf('https://me:p%40ss@ntfy.sh/t'), {
    headers: { authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}` },
  })
})

t.test('half a channel is none, and what is told of all names each setting', async (t) => {
  t.strictSame(receiversIn({ TELEGRAM_BOT_TOKEN: '1:a', ALERT_PUSHOVER_TO: 'x' }), [])
  for (const { settings, place } of receiversIn(SETTINGS)) {
    for (const name of settings) {
      t.ok(name in configSchema.properties, name)
      t.match(WAYS_TO_BE_TOLD, name)
      t.match(readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8'), name)
    }
    t.notMatch(place(SETTINGS), /hush|a{30}|u{30}/)
  }
})

t.test('no receiver gets half an emoji, wherever its limit cuts the notice', async (t) => {
  const [only] = notice().needs
  if (only === undefined) throw new Error('there is one')
  const cutIn = new Set<string>()
  for (let shift = 0; shift < 4; shift += 1) {
    const what = `${'x'.repeat(shift)}${'\u{1F950}'.repeat(2000)}`
    const named = { ...only, pageName: `${'y'.repeat(shift)}${'\u{1F35E}'.repeat(400)}` }
    for (const needs of [[{ ...named, what }], [{ ...named, what }, named]]) {
      for (const [name, { body }] of Object.entries(posts(notice({ needs })))) {
        const text = JSON.stringify(body)
        t.notMatch(text, /\ufffd|\\ud[89a-f]/, `${name}, ${shift}, ${needs.length}`)
        if (text.includes('…')) cutIn.add(name)
      }
    }
  }
  t.equal(cutIn.size, 4, 'each was cut')
})
