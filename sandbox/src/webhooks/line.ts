import http from 'node:http'
import https from 'node:https'

/** HTTP requests to the bot's server. */
export interface Line {
  send: (request: OutgoingRequest) => Promise<Answer>
  close: () => void
}

export interface OutgoingRequest {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  body?: Buffer
}

export interface Answer {
  status: number
  body: string
}

/** Bytes of an answer that are read. */
const LONGEST_ANSWER = 64 * 1024

/** node:http rather than fetch: it needs a fraction of the processor time, which matters for benchmarks. */
export const createLine = ({ timeoutMs }: { timeoutMs: number }): Line => {
  const agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  }

  return {
    send: ({ method, url, headers, body }) =>
      new Promise((resolve, reject) => {
        const target = new URL(url)
        const secure = target.protocol === 'https:'
        const signal = AbortSignal.timeout(timeoutMs)
        // Node tells an abort as `ABORT_ERR`, or as a broken connection once the answer has begun.
        const fail = (error: Error) => reject(signal.aborted ? (signal.reason as Error) : error)
        const request = (secure ? https : http).request(target, {
          method,
          agent: agents[secure ? 'https:' : 'http:'],
          headers: { ...headers, ...(body && { 'content-length': String(body.length) }) },
          signal,
        })
        request.on('error', fail)
        // An answer that switches protocols ends the request without an error or a response.
        request.on('close', () => reject(new Error('the connection ended without an answer')))
        request.on('response', (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            if (text.length < LONGEST_ANSWER) text += chunk
          })
          response.on('error', fail)
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: text.slice(0, LONGEST_ANSWER) }),
          )
        })
        request.end(body)
      }),
    close: () => {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}
