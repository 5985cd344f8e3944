import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { BotError } from '../base/errors.ts'

/** Reads bodies of requests that are not authenticated yet, within a shared bound on memory. */
export interface BodyBudget {
  /**
   * Reads the whole body.
   *
   * @param largest - most bytes of this body
   * @throws BotError `BOT_BODY_TOO_LARGE`, or `BOT_BODY_UNFINISHED` if it was dropped to make room for newer ones
   */
  read: (request: IncomingMessage, largest: number) => Promise<Buffer>
  /** The bytes of all unfinished bodies now. */
  heldBytes: () => number
}

/** The most bytes of a refused body that are read and dropped, so that a client that sends first can read the refusal. */
const MOST_DROPPED_BYTES = 256 * 1024
const LAST_WORDS_MS = 1000
/** Bytes that a body costs besides its contents: chunk objects, request and entry in the list. */
const COST_OF_A_BODY = 4096

/** @param bytes - bound for all unfinished bodies together; when it is used up, the oldest of them is dropped */
export const createBodyBudget = ({ bytes }: { bytes: number }): BodyBudget => {
  /** The unfinished bodies, the oldest first. */
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
  /** Bytes counted against the budget. */
  held: number
  /** @param refusal - null if the body is complete */
  end: (refusal: BotError | null) => void
}

/** Frees the memory of received bytes at once. The garbage collector would run only after some 64 MiB of refused bytes. */
export const free = ({ socket }: IncomingMessage, { buffer, byteLength }: Buffer): void => {
  if (!(socket instanceof Socket) || buffer.byteLength !== byteLength) return
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/** Drops the rest of a body that no route reads, and ends the connection if the rest is large. */
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
