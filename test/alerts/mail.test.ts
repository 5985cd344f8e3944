import t, { type Test } from 'tap'
import { createMailAlert, tryMailServer, type MailDeps } from '../../src/alerts/channels/mail.ts'
import { notice } from '../helpers/alerts.ts'
import { makeCertificate } from '../helpers/certificate.ts'
import { startMailServer } from '../helpers/mail-server.ts'

const always = (): boolean => true

const build = async (t: Test, over: Partial<MailDeps> = {}) => {
  const server = await startMailServer(t)
  const pauses: number[] = []
  const lines: [facts: object, message?: string][] = []
  const warned = Promise.withResolvers<void>()
  const mail = createMailAlert({
    smtpUrl: `smtp://127.0.0.1:${server.port}`,
    to: 'operator@example.com, night@example.com',
    timeoutMs: 5000,
    clock: { sleep: async (ms) => void pauses.push(ms) },
    log: {
      warn: (...line) => {
        lines.push(line)
        if (!('againInMs' in line[0])) warned.resolve()
      },
    },
    ...over,
  })
  t.teardown(() => mail.stop())
  return { server, mail, pauses, lines, warned: warned.promise }
}

t.test('a notice becomes a mail: its first line the subject, the whole of it the text', async (t) => {
  const { server, mail, lines } = await build(t)
  mail.send(notice(), always)
  await server.received(1)

  const [message = ''] = server.messages
  t.match(message, /^From: Evergreen <operator@example\.com>\r$/m)
  t.match(message, /^To: operator@example\.com, night@example\.com\r$/m)
  t.match(message, /^Subject: Evergreen needs you: Bakery \(Page 1001\) cannot answer\.\r$/m)
  t.match(message, /^Auto-Submitted: auto-generated\r$/m)
  t.match(message, /To do: Mend it\./)
  t.match(server.commands, ['EHLO', 'MAIL', 'RCPT', 'RCPT'].map((word) => new RegExp(`^${word}`)).slice(0, 1))
  t.equal(server.commands.filter((line) => line.startsWith('RCPT')).length, 2)
  t.strictSame(lines, [])
})

t.test('it signs in, and comes from who signed in, or from whom it was told', async (t) => {
  const { server } = await build(t)
  const smtpUrl = `smtp://me%40example.com:hush%2Fword@127.0.0.1:${server.port}`
  const own = await build(t, { smtpUrl })
  own.mail.send(notice(), always)
  await server.received(1)
  t.match(server.messages[0], /^From: Evergreen <me@example\.com>\r$/m)
  const [, credentials = ''] =
    /^AUTH PLAIN (\S+)$/.exec(server.commands.find((line) => line.startsWith('AUTH')) ?? '') ?? []
  t.equal(Buffer.from(credentials, 'base64').toString(), '\0me@example.com\0hush/word')

  const told = await build(t, { smtpUrl, from: 'bot@example.com' })
  told.mail.send(notice(), always)
  await server.received(2)
  t.match(server.messages[1], /^From: Evergreen <bot@example\.com>\r$/m)
})

t.test('a Page with an odd name makes no header of its own', async (t) => {
  const { server, mail } = await build(t)
  mail.send(notice('Bäckerei\r\nBcc: victim@example.com'), always)
  await server.received(1)
  t.notMatch(server.messages[0]?.split('\r\n\r\n')[0], /^Bcc/m)
  t.equal(server.commands.filter((line) => line.startsWith('RCPT')).length, 2)
})

t.test('a server that is busy is tried again, then given up with a line that names no address', async (t) => {
  const { server, mail, pauses, lines, warned } = await build(t)
  server.answers.set('MAIL', '451 later, operator@example.com')
  mail.send(notice(), always)
  await warned
  t.strictSame(pauses, [1_000, 5_000, 25_000, 300_000, 900_000])
  t.match(lines.at(-1), [{ problem: 'EENVELOPE 451' }, /check SMTP_URL, ALERT_MAIL_TO/])
  t.notMatch(JSON.stringify(lines), 'operator@')

  server.answers.clear()
  mail.send(notice(), always)
  await server.received(1)
})

t.test('an address that is refused beside one that is not is told of, by the trial, too', async (t) => {
  const { server, mail, lines } = await build(t)
  server.answers.set('RCPT TO:<night@example.com>', '550 no such person')
  t.equal(await mail.send(notice(), always), 'done')
  t.equal(server.messages.length, 1)
  t.match(lines, [[{ problem: '1 of the addresses refused' }, /ALERT_MAIL_TO/]])
  t.notMatch(JSON.stringify(lines), 'night@')
  t.equal(await mail.trial(notice()), '1 of the addresses refused')
})

t.test('what will not get better is not tried again', async (t) => {
  const refused = await build(t)
  refused.server.answers.set('RCPT', '550 no such person')
  refused.mail.send(notice(), always)
  await refused.warned
  t.strictSame(refused.pauses, [])
  t.match(refused.lines, [[{ problem: 'EENVELOPE 550' }]])

  const { server } = refused
  server.answers.set('AUTH', '535 wrong password')
  const locked = await build(t, { smtpUrl: `smtp://me:hush@127.0.0.1:${server.port}` })
  locked.mail.send(notice(), always)
  await locked.warned
  t.match(locked.lines, [[{ problem: 'EAUTH 535' }]])
  t.notMatch(JSON.stringify(locked.lines), 'hush')
})

t.test('a server that says nothing does not keep later notices, or the end, waiting', async (t) => {
  const { server, mail, warned, lines } = await build(t, { timeoutMs: 50 })
  server.answers.set('connect', null)
  mail.send(notice(), always)
  await warned
  t.match(lines.at(-1), [{ problem: 'ETIMEDOUT' }])

  const slow = await build(t)
  slow.server.answers.set('MAIL', null)
  slow.mail.send(notice(), always)
  await new Promise(setImmediate)
  await slow.mail.stop()
  t.strictSame(slow.lines, [])
})

t.test('a password does not travel in the clear to another machine', async (t) => {
  const { server } = await build(t)
  // Resolves to loopback, but is not written as such.
  const { mail, warned, lines } = await build(t, { smtpUrl: `smtp://me:hush@0.0.0.0:${server.port}` })
  server.answers.set('STARTTLS', '502 what?')
  mail.send(notice(), always)
  await warned
  t.match(lines, [[{ problem: /^ETLS/ }]])
  t.notMatch(server.commands.join('\n'), /AUTH/)
})

t.test(
  'a certificate is checked where the mail server must prove who it is, and its fault is told',
  async (t) => {
    const server = await startMailServer(
      t,
      makeCertificate({ name: 'Snake oil', hosts: ['mail.example.com'] }),
    )
    const to = 'operator@example.com'
    const tried = (from: string) => tryMailServer({ smtpUrl: `smtp://${from}:${server.port}`, to })
    t.equal(
      await tried('me:hush@127.0.0.1'),
      null,
      'Postfix on this machine, with the certificate it comes with',
    )
    // Resolves to loopback, but is not written as such.
    t.equal(await tried('0.0.0.0'), null, 'a server that would take the mail unencrypted, too')
    t.equal(server.commands.filter((command) => command === 'STARTTLS').length, 2)
    const problem = await tried('me:hush@0.0.0.0')
    t.match(problem, /SELF_SIGNED_CERT.*: its certificate is not signed by .*NODE_EXTRA_CA_CERTS/)
  },
)

t.test('whether a mail server lets us in can be tried without sending', async (t) => {
  const { server } = await build(t)
  const settings = { smtpUrl: `smtp://me:hush@127.0.0.1:${server.port}`, to: 'operator@example.com' }
  t.equal(await tryMailServer(settings), null)
  t.strictSame(server.messages, [])
  server.answers.set('AUTH', '535 wrong password')
  t.equal(await tryMailServer(settings), 'EAUTH 535')
  t.match(await tryMailServer({ ...settings, smtpUrl: 'smtp://127.0.0.1:1' }), 'ECONNREFUSED')
})
