import { readFile, writeFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import type { CheckResult } from '../../src/doctor/check-result.ts'
import { tokenFileIn } from '../../src/store/tokens/place.ts'
import { buildWorld, examine, PAGE_ID, SECRETS, type World, type WorldOptions } from './lab.ts'

export type Expected = Record<string, [status: 'warning' | 'failure', what: RegExp, next: RegExp]>

export interface Row extends WorldOptions {
  what: string
  arrange?: (world: World, t: Test) => unknown
  /** Every check that is neither in order nor skipped. */
  expected: Expected
  /** A check that may say so, too: whether the running bot has met the trouble yet is a matter of moments. */
  perhaps?: string
  /** Checks that must be skipped for that reason. */
  skipped?: Record<string, RegExp>
}

export const trouble = (results: (CheckResult & { id: string })[]) =>
  Object.fromEntries(
    results
      .filter(({ status }) => status === 'warning' || status === 'failure')
      .map(({ id, status, what, next }) => [id, [status, what, next]]),
  )

export const pageOf = ({ sandbox }: World) => {
  const page = sandbox.world.pages.get(PAGE_ID)
  if (!page) throw new TypeError('The sandbox has no such Page.')
  return page
}

export const changeToken = async (world: World, change: (page: Record<string, unknown>) => void) => {
  const path = tokenFileIn(world.dir)
  const data = JSON.parse(await readFile(path, 'utf8')) as { pages: Record<string, unknown>[] }
  for (const page of data.pages) change(page)
  await writeFile(path, JSON.stringify(data))
}

export const RENEW = new RegExp(`^npm run bootstrap-token -- --page ${PAGE_ID}$`)

/** Puts the public address where Facebook calls on that port. */
export async function behind({ env, sandbox }: World, port: number, protocol = 'http'): Promise<void> {
  env['PUBLIC_URL'] = `${protocol}://localhost:${port}`
  sandbox.setWebhook({ url: `${env['PUBLIC_URL']}/webhook`, verifyToken: SECRETS.FB_VERIFY_TOKEN })
}

/** Breaks one world for each row, and expects the doctor to name that and nothing else. */
export const nameEach = (rows: readonly Row[]): void => {
  for (const { what, arrange, expected, perhaps, skipped = {}, ...options } of rows) {
    t.test(`the doctor names ${what}`, async (t) => {
      const world = await buildWorld(t, options)
      await arrange?.(world, t)
      const results = await examine(world)
      // Folders of a test are removed before its teardowns, and this bot may be saving a token.
      await world.stopBot()

      t.strictSame(
        Object.keys(trouble(results))
          .filter((id) => id !== perhaps)
          .toSorted(),
        Object.keys(expected).toSorted(),
        JSON.stringify(trouble(results)),
      )
      t.match(trouble(results), expected)
      for (const [id, reason] of Object.entries(skipped)) {
        t.match(
          results.find((result) => result.id === id),
          { status: 'skipped', what: reason },
        )
      }
      t.notMatch(JSON.stringify(results), /hush|EAA\w{8}/, 'no secret is shown')
    })
  }
}
