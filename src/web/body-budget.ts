import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { BotError } from '../base/errors.ts'

/** Reads the bodies of requests whose sender has not proved anything yet. They share one bound on memory. */
export interface BodyBudget {
  /**
   * The whole body.
   *
   * @param largest - in bytes
   * @throws BotError `BOT_BODY_TOO_LARGE`, or `BOT_BODY_UNFINISHED` where it was cut to make room for newer ones
   */
  read: (request: IncomingMessage, largest: number) => Promise<Buffer>
  /** The bytes of all unfinished bodies at the moment. */
  heldBytes: () => number
}

/** How many bytes of a refused body are read and dropped, so that a client that sends first hears why it was refused. */
const MOST_DROPPED_BYTES = 256 * 1024
const LAST_WORDS_MS = 1000
/** What a body costs beside its bytes: its chunks, its request and its place in the list. */
const COST_OF_A_BODY = 4096

/** @param bytes - for all unfinished bodies together; when it is used up the oldest of them is cut, never a newer one */
export const createBodyBudget = ({ bytes }: { bytes: number }): BodyBudget => {
  /** The oldest first. */
  const unfinished = new Set<Unfinished>()
  let held = 0

  const hold = (body: Unfinished, more: number): void => {
    body.held += more
    held += more
    for (const oldest of unfinished) {
      if (held <= bytes) return
      oldest.end(cut())
    }
  }

  return {
    heldBytes: () => held,
    read: (request, largest) =>
      new Promise((resolve, reject) => {
        if (Number(request.headers['content-length']) > largest) return reject(tooLarge())
        const chunks: Buffer[] = []
        let length = 0
        const body: Unfinished = {
          held: 0,
          end: (refusal) => {
            unfinished.delete(body)
            held -= body.held
            request.off('data', take).off('end', finish).off('error', lose).off('close', lose)
            if (refusal === null) return resolve(chunks.length === 1 && chunks[0] ? chunks[0] : join(chunks))
            for (const chunk of chunks) free(request, chunk)
            reject(refusal)
          },
        }
        const take = (chunk: Buffer): void => {
          chunks.push(chunk)
          length += chunk.length
          if (length > largest) body.end(tooLarge())
          else hold(body, chunk.length)
        }
        const join = (all: Buffer[]): Buffer => {
          const whole = Buffer.concat(all, length)
          for (const chunk of all) free(request, chunk)
          return whole
        }
        const finish = (): void => body.end(null)
        const lose = (): void => body.end(cut())
        unfinished.add(body)
        hold(body, COST_OF_A_BODY)
        request.on('data', take).on('end', finish).on('error', lose).on('close', lose)
      }),
  }
}

interface Unfinished {
  /** Counted against the budget, in bytes. */
  held: number
  /** @param refusal - null where the body is whole */
  end: (refusal: BotError | null) => void
}

/**
 * Gives the memory of bytes that came from the network back at once. Left to the garbage collector, refused bytes would
 * pile up to some 64 MiB before it runs.
 */
export const free = ({ socket }: IncomingMessage, { buffer, byteLength }: Buffer): void => {
  if (!(socket instanceof Socket) || buffer.byteLength !== byteLength) return
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/** Drops what is left of a body that no route reads, and ends the connection where that is much. */
export const dropBody = (request: IncomingMessage): void => {
  const { socket } = request
  if (request.complete || !(socket instanceof Socket) || request.listenerCount('data') > 0) return
  let left = MOST_DROPPED_BYTES
  const drop = (chunk: Buffer): void => {
    left -= chunk.length
    free(request, chunk)
    if (left >= 0) return
    request.off('data', drop)
    socket.pause()
    setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref()
  }
  request.on('data', drop)
}

const tooLarge = (): BotError =>
  new BotError('BOT_BODY_TOO_LARGE', 'The request is larger than this server takes.')

const cut = (): BotError =>
  new BotError('BOT_BODY_UNFINISHED', 'The body was not sent to its end in time.', { retryable: true })
