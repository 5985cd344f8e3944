import { createTransport } from 'nodemailer'
import { withRemedy } from '../../base/call-failure.ts'
import { createRetryingChannel, type Alert, type RetryingChannelDeps, type Try } from './retrying-channel.ts'
import { noticeText, type Notice } from '../notice.ts'

export interface MailSettings {
  /** `smtps://user:password@host`; secret. */
  smtpUrl: string
  /** One address, or several with commas. */
  to: string
  /** The sender; made from the other two settings when absent. */
  from?: string | undefined
  /** Time limit for connecting, and for each answer of the server. */
  timeoutMs?: number
}

export interface MailDeps extends MailSettings, Pick<RetryingChannelDeps, 'clock' | 'log'> {}

/** Sends notices by e-mail: the first line is the subject. */
export const createMailAlert = ({ clock, log, ...settings }: MailDeps): Alert => {
  const transport = openTransport(settings)
  const attempt = async (notice: Notice, stopped: AbortSignal): Promise<Try> => {
    const text = noticeText(notice)
    const [subject = ''] = text.split('\n')
    const sent = transport
      .sendMail({ ...envelopeOf(settings), subject, text: `${text}\n`, headers: AUTOMATIC })
      .then(({ rejected }) => takenBut(rejected.length), judge)
    return Promise.race([sent, end(stopped)])
  }
  const complaint = 'an alert could not be sent by e-mail; check SMTP_URL, ALERT_MAIL_TO and ALERT_MAIL_FROM'
  const close = (): void => transport.close()
  return createRetryingChannel({ attempt, close, clock, log, complaint })
}

/**
 * Connects and signs in to the mail server; sends nothing.
 *
 * @returns null on success, else the reason in one word
 */
export const tryMailServer = async (settings: MailSettings): Promise<string | null> => {
  const transport = openTransport(settings)
  try {
    await transport.verify()
    return null
  } catch (error) {
    const verdict = judge(error)
    return verdict.status === 'ok' ? null : verdict.problem
  } finally {
    transport.close()
  }
}

const TIMEOUT_MS = 15_000

// Tells mail programs to send no out-of-office answer.
const AUTOMATIC = { 'auto-submitted': 'auto-generated' }

const openTransport = ({ smtpUrl, timeoutMs = TIMEOUT_MS }: MailSettings) => {
  const { protocol, hostname, username } = new URL(smtpUrl)
  const isHere = LOOPBACK.test(hostname)
  // To another machine, a password is sent encrypted or not at all.
  const requireTLS = username !== '' && !isHere
  return createTransport({
    url: smtpUrl,
    requireTLS,
    // A server that offers TLS unasked, as Postfix does on this machine with a certificate that it signed itself, would also take the
    // mail unencrypted, so its certificate proves nothing.
    tls: { rejectUnauthorized: !isHere && (requireTLS || protocol === 'smtps:') },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

const LOOPBACK = /^(localhost|127\..*|\[::1\])$/

/** Mail servers want a sender they know: the user of SMTP_URL, when that is an address. */
const envelopeOf = ({ smtpUrl, to, from }: MailSettings) => {
  const user = decodeURIComponent(new URL(smtpUrl).username)
  const [first = ''] = to.split(',')
  return { from: { name: 'Evergreen', address: from ?? (user.includes('@') ? user : first.trim()) }, to }
}

/** A server that takes the mail for one address only has taken it; the log says how many addresses did not get it. */
const takenBut = (refused: number): Try =>
  refused === 0 ? { status: 'ok' } : { status: 'ok', problem: `${refused} of the addresses refused` }

/** In SMTP, 4xx may pass and 5xx does not. Only numbers and codes: an answer may quote addresses. */
const judge = (error: unknown): Try => {
  const { code, originalCode, responseCode } = error as Record<
    'code' | 'originalCode' | 'responseCode',
    unknown
  >
  const status = typeof responseCode === 'number' ? responseCode : null
  const word = typeof code === 'string' ? code : 'unknown'
  const isFinal = status !== null ? status >= 500 : FINAL.has(word)
  // nodemailer puts a word of its own in place of the code of the system or of OpenSSL.
  const problem = typeof originalCode === 'string' ? withRemedy(originalCode) : word
  return { status: isFinal ? 'refused' : 'again', problem: status === null ? problem : `${word} ${status}` }
}

const FINAL = new Set(['EAUTH', 'EENVELOPE', 'ETLS', 'ENOAUTH'])

const end = (stopped: AbortSignal): Promise<Try> =>
  new Promise((resolve) => {
    const stop = (): void => resolve({ status: 'again', problem: 'stopped' })
    if (stopped.aborted) stop()
    else stopped.addEventListener('abort', stop, { once: true })
  })
