import fs from 'node:fs'
import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { BotError } from '../../../src/base/errors.ts'
import { createTokenFile } from '../../../src/store/tokens/file.ts'
import { noTokens } from '../../../src/store/tokens/records.ts'
import { createTokenStore } from '../../../src/store/tokens/token-store.ts'
import { createFakeClock } from '../../helpers/clock.ts'
import { until } from '../../helpers/until.ts'
import { pageToken } from './sample.ts'

const build = async (t: Test) => {
  const root = t.testdir()
  const dir = join(root, 'data')
  const clock = createFakeClock()
  const told: (BotError | null)[] = []
  const store = await createTokenStore({ dir, key: null, clock, onUnreadable: (error) => told.push(error) })
  t.teardown(() => store.close())
  await store.save({ pages: [pageToken()] })
  store.onChange(() => undefined)
  const polled = (isDone: () => boolean) =>
    until(
      async () => {
        await clock.advance(500)
        return isDone()
      },
      { patienceMs: 10_000 },
    )
  return { dir, away: join(root, 'away'), store, told, polled }
}

const GONE = {
  code: 'BOT_TOKEN_STORE_UNREADABLE',
  message: /is gone together with its folder/,
  remedy: /^Mount the disk.*anew on purpose, restart the bot/,
}

t.test('a data folder that disappears takes no token with it, and may come back', async (t) => {
  const { dir, away, store, told, polled } = await build(t)
  await rename(dir, away)
  await polled(() => told.length > 0)
  t.match(told, [GONE])
  t.match(store.pages(), [{ token: 'page-token-1' }], 'it stays in use')
  await rename(away, dir)
  await polled(() => told.length > 1)
  t.strictSame(told.slice(1), [null])
  await store.save({ pages: [pageToken({ pageId: '200' })] })
  t.equal(store.pages().length, 2)
})

t.test('no token is saved into the folder that shows where its disk is not mounted', async (t) => {
  const { dir, away, store, told, polled } = await build(t)
  await rename(dir, away)
  await mkdir(dir)
  await polled(() => told.length > 0)
  await t.rejects(store.save({ pages: [pageToken({ pageId: '200' })] }), GONE)
  t.notOk((await readdir(dir)).includes('tokens.json'))
  t.match(store.pages(), [{ token: 'page-token-1' }])
  await rm(dir, { recursive: true })
  await rename(away, dir)
  await polled(() => told.length > 1)
  t.strictSame(told.slice(1), [null])
})

t.test('a token file that was removed by hand, in its folder, takes its tokens with it', async (t) => {
  const { dir, store, told, polled } = await build(t)
  await rm(join(dir, 'tokens.json'))
  await polled(() => store.pages().length === 0)
  t.strictSame(told, [])
})

t.test('a link to a disk that is not mounted ends the opening: the tokens are there', async (t) => {
  const dir = t.testdir()
  await symlink('/mnt/not-there/tokens.json', join(dir, 'tokens.json'))
  await t.rejects(createTokenStore({ dir, key: null }), GONE)
})

for (const call of ['open', 'realpath'] as const) {
  t.test(
    `a data folder that comes back after the first look at it (${call}) takes no token with it`,
    async (t) => {
      const dir = t.testdir()
      const file = createTokenFile(join(dir, 'tokens.json'), null)
      await file.write({ ...noTokens(), pages: [pageToken()] })
      await file.read()
      const { [call]: real } = fs.promises
      let looks = 0
      const missingAtFirst = (...given: unknown[]): unknown =>
        looks++ === 0
          ? Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' }))
          : Reflect.apply(real, fs.promises, given)
      const use = (other: unknown): void => {
        Object.assign(fs.promises, { [call]: other })
        syncBuiltinESMExports()
      }
      t.teardown(() => use(real))
      use(missingAtFirst)
      t.match(await file.read(), { pages: [{ token: 'page-token-1' }] })
      t.ok(looks > 0)
    },
  )
}
