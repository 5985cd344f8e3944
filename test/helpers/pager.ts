import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import { until, witness } from './until.ts'

/** A receiver of alerts: all texts so far, the alerts among them, and a wait for a text. */
export const startPager = async (t: Test) => {
  const texts: string[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      texts.push((JSON.parse(body) as { text: string }).text)
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  witness(t, 'told to the operator', () => texts)
  /** @throws Error if no matching text comes within two minutes */
  const heard = async (what: RegExp): Promise<string> => {
    const find = (): string | undefined => texts.find((one) => what.test(one))
    await until(() => find() !== undefined, { what: `the operator is told ${what}` })
    return find() ?? ''
  }
  /** Alerts that a person is needed, without those of a start before there was a token. */
  const alerts = (): string[] =>
    texts.filter((one) => one.startsWith('Evergreen needs you') && !one.includes('no Page token yet'))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, heard, texts, alerts }
}
