import type { FastifyInstance } from 'fastify'
import { BotError } from '../../src/base/errors.ts'

/**
 * Listens, or closes the app and throws an error with the reason.
 *
 * @returns the address
 * @throws BotError `BOT_CONFIG_INVALID`
 */
export const listen = async (app: FastifyInstance, host: string, port: number): Promise<string> => {
  try {
    return await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw toListenError(error, host, port)
  }
}

const toListenError = (cause: unknown, host: string, port: number): unknown => {
  const { code = '', syscall = '' } = cause instanceof Error ? (cause as NodeJS.ErrnoException) : {}
  const reason =
    LISTEN_ERRORS[code] ?? (/^(listen|getaddrinfo)$/.test(syscall) ? `the system says ${code}` : null)
  return reason === null
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
  EAI_AGAIN: 'its name cannot be looked up now',
}
