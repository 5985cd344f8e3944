import type { Test } from 'tap'
import {
  createTokenStore,
  type TokenStore,
  type TokenStoreOptions,
} from '../../../src/store/tokens/token-store.ts'

/** A token store on this folder, without a key, until the test ends. */
export const open = async (
  t: Test,
  dir: string,
  over: Partial<TokenStoreOptions> = {},
): Promise<TokenStore> => {
  const store = await createTokenStore({ dir, key: null, ...over })
  t.teardown(() => store.close())
  return store
}
