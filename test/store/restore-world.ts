import { join } from 'node:path'
import type { Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { backUp } from '../../src/store/backup.ts'
import { databaseIn } from '../../src/store/sqlite/data-dir.ts'
import { openStore as openOwnStore } from '../../src/store/sqlite/open.ts'
import { openTestStore } from '../helpers/store.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { handleAll, newEvent } from './steps.ts'
import { pageToken } from './tokens/sample.ts'

export const KEY = Buffer.alloc(32, 7)
export const NOW_MS = Date.UTC(2026, 10, 29, 12)

export const openStore = (dir: string) => openTestStore({ file: databaseIn(dir), clock: systemClock })

export const saveToken = async (dir: string, token: string, key: Buffer | null) => {
  const tokens = await createTokenStore({ dir, key })
  await tokens.save({ pages: [pageToken({ token })] })
  await tokens.close()
}

/** A backup with one reply that waits, and a data folder in which more has happened since. */
export const build = async (t: Test, key: Buffer | null = null) => {
  const root = t.testdir()
  const dir = join(root, 'data')
  await saveToken(dir, 'page-token-1', key)
  let store = await openStore(dir)
  await store.accept([newEvent('a')])
  await handleAll(store, () => ['waits'])
  await store.close()
  const from = join(root, 'backup')
  await backUp(dir, from)

  store = await openStore(dir)
  await store.accept([newEvent('b'), newEvent('c')])
  await store.close()
  return { root, dir, from, options: { from, dir, key, tokensOnly: false, nowMs: NOW_MS } }
}

export const pages = async (dir: string, key: Buffer | null) => {
  const tokens = await createTokenStore({ dir, key })
  const found = tokens.pages()
  await tokens.close()
  return found
}

/** Starts the store of a folder, as the bot does. */
export const begin = (dir: string) => openOwnStore({ dir, clock: systemClock })
