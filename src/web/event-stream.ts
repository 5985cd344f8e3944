import type { ServerResponse } from 'node:http'

/** Server-sent events to one page. */
export interface EventStream {
  send: (event: string, data: unknown) => void
  /** Sends a keep-alive, so that neither a proxy nor the page takes the silence for a broken connection. */
  beat: () => void
  close: () => void
  /** Ends the stream at once; {@link EventStream.close} waits until the page has read all events. */
  drop: () => void
  onClose: (listener: () => void) => void
}

// The most bytes buffered for a page that does not read.
const MOST_UNREAD_BYTES = 1024 * 1024
const COME_BACK_MS = 2000

/** @param headers - further headers of the response */
export const openEventStream = (
  response: ServerResponse,
  headers: Record<string, string | string[] | number | undefined>,
): EventStream => {
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) response.setHeader(name, value)
  // `x-accel-buffering` keeps nginx from buffering the events.
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })

  const write = (text: string): void => {
    if (response.writableEnded || response.destroyed) return
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy()
    else response.write(text)
  }
  write(`retry: ${COME_BACK_MS}\n\n`)

  const send = (event: string, data: unknown): void =>
    write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)

  return {
    send,
    beat: () => send('beat', {}),
    close: () => {
      if (!response.writableEnded) response.end()
    },
    drop: () => void response.destroy(),
    onClose: (listener) => {
      // The page may have disconnected before the stream was opened; no `close` event comes then.
      if (response.closed) queueMicrotask(listener)
      else response.once('close', listener)
    },
  }
}
