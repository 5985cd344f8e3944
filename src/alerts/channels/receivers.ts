import type { Config } from '../../base/settings.ts'
import { noticeText, type Notice } from '../notice.ts'
import type { Post } from './post.ts'
import { clipped } from '../../base/clip.ts'

/** The settings of receivers; an absent one is not set. */
type Settings = Pick<
  Config,
  | 'ALERT_URL'
  | 'ALERT_NTFY_URL'
  | 'ALERT_TELEGRAM_TO'
  | 'TELEGRAM_BOT_TOKEN'
  | 'ALERT_PUSHOVER_TO'
  | 'PUSHOVER_TOKEN'
>

/** A receiver that takes a notice as one POST. */
export interface Receiver {
  /** Name in the console and the log. */
  name: string
  /** The settings that switch it on; all are needed. */
  settings: readonly (keyof Settings)[]
  /** The place alerts go to, without secrets. */
  place: (settings: Settings) => string
  post: (settings: Settings, notice: Notice) => Post
  /** A call that sends no alert and fails where a POST would fail; null where the receiver has none. */
  look: (settings: Settings) => { url: string; post?: Post['body']; headers?: Record<string, string> } | null
  /** What the operator should check when a POST is refused. */
  check: string
}

/** Discord refuses texts of more than 2,000 characters. */
const LONGEST_FOR_ROOMS = 1_900
/** ntfy makes an attachment of more than 4096 bytes, Pushover takes 1024 characters. */
const LONGEST_FOR_PHONES = 1_000

const RECEIVERS: readonly Receiver[] = [
  {
    // Slack, Mattermost, and Discord with `/slack` appended.
    name: 'ALERT_URL',
    settings: ['ALERT_URL'],
    place: ({ ALERT_URL = '' }) => `posted to ${new URL(ALERT_URL).hostname}`,
    post: ({ ALERT_URL = '' }, notice) => ({
      url: ALERT_URL,
      body: { text: withoutMentions(textOf(notice, LONGEST_FOR_ROOMS)) },
    }),
    look: () => null,
    check: 'the address',
  },
  {
    name: 'ntfy',
    settings: ['ALERT_NTFY_URL'],
    place: ({ ALERT_NTFY_URL = '' }) => `pushed by ntfy at ${new URL(ALERT_NTFY_URL).hostname}`,
    post: ({ ALERT_NTFY_URL = '' }, notice) => {
      const { server, topic, headers } = ntfyOf(ALERT_NTFY_URL)
      const { title, message } = titled(notice)
      const { priority, tag } = NTFY[notice.kind]
      // JSON goes to the root of the server: headers, the other way, allow only ASCII.
      return {
        url: server,
        headers,
        body: { topic, title, message, priority, tags: [tag], ...click(notice) },
      }
    },
    look: ({ ALERT_NTFY_URL = '' }) => {
      const { server, topic, headers } = ntfyOf(ALERT_NTFY_URL)
      return { url: `${server}${topic}/auth`, headers }
    },
    check: 'the topic, and the token or password in front of the host where the topic is protected',
  },
  {
    name: 'Telegram',
    settings: ['ALERT_TELEGRAM_TO', 'TELEGRAM_BOT_TOKEN'],
    place: ({ ALERT_TELEGRAM_TO }) => `sent to the Telegram chat ${ALERT_TELEGRAM_TO}`,
    post: ({ ALERT_TELEGRAM_TO, TELEGRAM_BOT_TOKEN }, notice) => ({
      url: `${TELEGRAM}/bot${TELEGRAM_BOT_TOKEN}/sendMessage`,
      body: {
        chat_id: ALERT_TELEGRAM_TO,
        text: textOf(notice, LONGEST_FOR_ROOMS),
        link_preview_options: { is_disabled: true },
        disable_notification: notice.kind === 'well',
      },
    }),
    look: ({ ALERT_TELEGRAM_TO, TELEGRAM_BOT_TOKEN }) => ({
      url: `${TELEGRAM}/bot${TELEGRAM_BOT_TOKEN}/getChat`,
      post: { chat_id: ALERT_TELEGRAM_TO },
    }),
    check: 'that you have written to that bot first, or made it a member of the group',
  },
  {
    name: 'Pushover',
    settings: ['ALERT_PUSHOVER_TO', 'PUSHOVER_TOKEN'],
    place: () => 'pushed by Pushover',
    post: ({ ALERT_PUSHOVER_TO: user, PUSHOVER_TOKEN: token }, notice) => {
      const { url, ...rest } = { ...titled(notice), url: notice.consoleUrl }
      const priority = PUSHOVER[notice.kind]
      const link = url === undefined ? {} : { url, url_title: 'Open the console' }
      return { url: `${PUSHOVER_API}/messages.json`, body: { token, user, ...rest, priority, ...link } }
    },
    look: ({ ALERT_PUSHOVER_TO: user, PUSHOVER_TOKEN: token }) => ({
      url: `${PUSHOVER_API}/users/validate.json`,
      post: { token, user },
    }),
    check: 'the key of the user and the token of the application',
  },
]

/** All channels, with the settings that switch each on. */
export const CHANNELS: readonly { name: string; settings: readonly string[] }[] = [
  ...RECEIVERS.map(({ name, settings }) => ({
    name: name === 'ALERT_URL' ? 'Slack, Mattermost, Discord' : name,
    settings,
  })),
  { name: 'e-mail', settings: ['ALERT_MAIL_TO', 'SMTP_URL'] },
]

/** The same as a sentence. */
export const WAYS_TO_BE_TOLD = `Set ${CHANNELS.map(({ settings }) => settings.join(' and ')).join(', or ')}.`

/** The receivers whose settings are all set. */
export const receiversIn = (settings: Settings): Receiver[] =>
  RECEIVERS.filter((receiver) => receiver.settings.every((name) => settings[name] !== undefined))

const TELEGRAM = 'https://api.telegram.org'
const PUSHOVER_API = 'https://api.pushover.net/1'

/** From 1 to 5, 3 being usual; a tag is shown as a sign. */
const NTFY: Record<Notice['kind'], { priority: number; tag: string }> = {
  needed: { priority: 4, tag: 'warning' },
  reminder: { priority: 4, tag: 'warning' },
  well: { priority: 2, tag: 'white_check_mark' },
  trial: { priority: 3, tag: 'bell' },
}

/** From -2 to 2, 0 being usual. */
const PUSHOVER: Record<Notice['kind'], number> = { needed: 1, reminder: 1, well: -1, trial: 0 }

/** A telephone shows the first line larger. */
const titled = (notice: Notice): { title: string; message: string } => {
  const [title = '', ...rest] = textOf(notice, LONGEST_FOR_PHONES).split('\n')
  return { title: clipped(title, LONGEST_TITLE), message: rest.join('\n') || title }
}

const LONGEST_TITLE = 250

/** Cuts the notice to the receiver's limit, because a longer one is refused as a whole. The cure stays whole. */
const textOf = (notice: Notice, longest: number): string =>
  clipped(noticeText(notice, longest), longest).toWellFormed()

/**
 * A Page may be called `<!channel>`, which mentions a whole room in Slack, or `@everyone`, which does in Discord and Mattermost; these
 * two also read `[words](address)` as a link. The signs stay readable.
 */
const withoutMentions = (text: string): string =>
  text.replaceAll('<', '‹').replaceAll('>', '›').replaceAll('@', '＠').replaceAll('](', '] (')

const click = ({ consoleUrl }: Notice): { click?: string } =>
  consoleUrl === undefined ? {} : { click: consoleUrl }

/** `https://ntfy.sh/my-topic`, with `:TOKEN@` or `user:password@` in front of the host for a protected topic. */
const ntfyOf = (address: string): { server: string; topic: string; headers: Record<string, string> } => {
  const { protocol, host, pathname, username, password } = new URL(address)
  const [, folder = '/', topic = ''] = /^(.*\/)([^/]+)\/?$/.exec(pathname) ?? []
  const [user, secret] = [username, password].map(decodeURIComponent)
  const authorization =
    user === '' ? `Bearer ${secret}` : `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`
  return {
    server: `${protocol}//${host}${folder}`,
    topic: decodeURIComponent(topic),
    headers: secret === '' ? {} : { authorization },
  }
}
