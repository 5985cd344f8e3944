import { flushCompileCache } from 'node:module'
import closeWithGrace from 'close-with-grace'
import { buildApp } from '../../app.ts'
import { withDotEnv } from '../../src/config.ts'
import { BotError } from '../../src/errors.ts'
import { createTerminal } from '../../src/operator/terminal.ts'

const CLOSE_WITHIN_MS = 15_000

const terminal = createTerminal({ input: process.stdin, output: process.stdout })

const serve = async (): Promise<void> => {
  const app = await buildApp({ env: withDotEnv(process.env), terminal, logStream: terminal?.output })
  closeWithGrace({ delay: CLOSE_WITHIN_MS, logger: app.log }, async ({ signal, err }) => {
    if (err) app.log.fatal({ err }, 'stopping after an error nobody handled')
    else app.log.info({ signal }, 'stopping')
    await app.close()
    app.log.info('stopped')
    terminal?.close()
  })
  const { HOST: host, PORT: port } = app.config
  try {
    const address = await app.listen({ host, port })
    app.log.info({ address }, 'listening')
    // Node would write it at an orderly end, which not every process has.
    flushCompileCache()
  } catch (error) {
    await app.close()
    throw toListenError(error, host, port)
  }
}

const toListenError = (cause: unknown, host: string, port: number): unknown => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const reason = LISTEN_ERRORS[code]
  return reason === undefined
    ? cause
    : new BotError('BOT_CONFIG_INVALID', `Cannot listen on ${host} port ${port}: ${reason}.`, {
        cause,
        remedy: 'Set HOST and PORT to an address of this machine that is free; PORT=0 picks a free port.',
      })
}

const LISTEN_ERRORS: Record<string, string> = {
  EADDRINUSE: 'another process listens there already',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
}

const explain = (error: unknown): string => {
  if (error instanceof BotError) {
    return [error.message, error.remedy, isFirstRun(error) ? FIRST_RUN : ''].filter(Boolean).join('\n')
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Nothing of what every installation needs was set. */
const isFirstRun = ({ code, message }: BotError): boolean =>
  code === 'BOT_CONFIG_INVALID' &&
  ['FB_APP_ID', 'FB_APP_SECRET', 'FB_VERIFY_TOKEN'].every((name) => message.includes(`${name} is missing`))

const FIRST_RUN = `
Is this the first start?
  Just looking   npm run demo     shows the whole bot, with no Facebook account and no settings
  A real Page    README.md, "Connect a real Page", leads there in six steps:
                 cp .env.example .env, fill in these three, then npm run bootstrap-token
  At any time    npm run doctor   says what is in order and what to do next`

try {
  await serve()
} catch (error) {
  terminal?.close()
  console.error(explain(error))
  process.exit(1)
}
