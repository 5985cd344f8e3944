import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'

/** Where the operator hears of trouble: the texts so far, the alerts among them, and the next text that fits. */
export const startPager = async (t: Test) => {
  const texts: string[] = []
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      texts.push((JSON.parse(body) as { text: string }).text)
      response.end()
      for (const look of waiting) look()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const heard = (what: RegExp) =>
    new Promise<string>((resolve) => {
      const look = (): void => {
        const found = texts.find((one) => what.test(one))
        if (found !== undefined) resolve(found)
      }
      waiting.add(look)
      look()
    })
  /** That a person is needed; not of a start before there was a token. */
  const alerts = (): string[] =>
    texts.filter((one) => one.startsWith('Evergreen needs you') && !one.includes('no Page token yet'))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, heard, texts, alerts }
}
