import type { FastifyReply } from 'fastify'
import type { ServerResponse } from 'node:http'
import type { SandboxEvent } from '../api.ts'
import { httpDate } from '../clock.ts'
import type { SandboxParts } from '../parts.ts'
import { viewState } from './views.ts'

/** A reader with more unread bytes is disconnected; its browser connects again by itself. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024
const HEARTBEAT_MS = 15_000

/** Server-sent events: first the present state, then all events. */
export const streamEvents = (parts: SandboxParts) => {
  const readers = new Set<ServerResponse>()

  const open = (reply: FastifyReply): void => {
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      date: httpDate(parts.clock),
    })
    const write = (text: string) => {
      raw.write(text)
      if (raw.writableLength > MOST_UNREAD_BYTES) raw.destroy()
    }
    const stop = parts.bus.watch((event) => write(encode(event)))
    const heartbeat = setInterval(() => write(': still here\n\n'), HEARTBEAT_MS)
    readers.add(raw)
    raw.on('close', () => {
      stop()
      clearInterval(heartbeat)
      readers.delete(raw)
    })
    write(encode({ type: 'state', state: viewState(parts) }))
  }

  return {
    open,
    close: () => {
      for (const reader of readers) reader.destroy()
    },
  }
}

const encode = (event: SandboxEvent): string => `data: ${JSON.stringify(event)}\n\n`
