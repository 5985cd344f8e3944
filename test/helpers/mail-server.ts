import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { Test } from 'tap'

export interface MailServer {
  port: number
  /** The received commands, in order, and each message as one text. */
  commands: string[]
  messages: string[]
  /** Resolves once so many messages have come. */
  received: (count: number) => Promise<void>
  /** Answers instead of the usual, by command or by its whole line; null never answers. */
  answers: Map<string, string | null>
}

/**
 * A mail server on loopback that accepts all mail, unless `answers` says otherwise.
 *
 * @param tls - the certificate with which it offers STARTTLS; without it, it offers none
 */
export const startMailServer = async (t: Test, tls?: { cert: string; key: string }): Promise<MailServer> => {
  const waiting = new Set<() => void>()
  const mail: MailServer = {
    port: 0,
    commands: [],
    messages: [],
    received: (count) =>
      new Promise((resolve) => {
        const look = (): void => void (mail.messages.length >= count && resolve())
        waiting.add(look)
        look()
      }),
    answers: new Map(),
  }
  const sockets = new Set<Socket>()
  const server = createServer((plain) => {
    sockets.add(plain)
    let socket: Socket = plain
    let rest = ''
    let isMessage = false
    const say = (command: string, usual: string): void => {
      const answer = mail.answers.has(command) ? mail.answers.get(command) : usual
      if (answer !== null) socket.write(`${answer}\r\n`)
    }
    const encrypt = (certificate: { cert: string; key: string }): void => {
      plain.removeAllListeners('data')
      socket = new TLSSocket(plain, { isServer: true, secureContext: createSecureContext(certificate) })
      listen()
    }
    const take = (chunk: Buffer): void => {
      rest += chunk.toString()
      for (;;) {
        const end = isMessage ? '\r\n.\r\n' : '\r\n'
        const at = rest.indexOf(end)
        if (at < 0) return
        const line = rest.slice(0, at)
        rest = rest.slice(at + end.length)
        if (isMessage) {
          isMessage = false
          mail.messages.push(line)
          say('message', '250 taken')
          for (const look of waiting) look()
          continue
        }
        mail.commands.push(line)
        const command = line.split(' ')[0]?.toUpperCase() ?? ''
        isMessage = command === 'DATA' && !mail.answers.has('DATA')
        const isOffered = tls !== undefined && socket === plain
        const usual = command === 'EHLO' && isOffered ? '250-test\r\n250 STARTTLS' : USUAL[command]
        say(mail.answers.has(line) ? line : command, usual ?? '250 ok')
        if (command === 'STARTTLS' && isOffered) return encrypt(tls)
      }
    }
    const listen = (): void => void socket.on('data', take).on('error', () => {})
    listen()
    say('connect', '220 test')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  mail.port = (server.address() as AddressInfo).port
  return mail
}

const USUAL: Record<string, string> = {
  EHLO: '250-test\r\n250 AUTH PLAIN LOGIN',
  AUTH: '235 come in',
  DATA: '354 go on',
  QUIT: '221 bye',
}
