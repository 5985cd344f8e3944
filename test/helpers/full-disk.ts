import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import type { Test } from 'tap'

/** Until the end of the test, files whose path has this text are on a full disk. */
export const fillDisk = (t: Test, of: string): void => {
  const { open } = fs.promises
  const use = (other: typeof open): void => {
    fs.promises.open = other
    syncBuiltinESMExports()
  }
  use(async (path, ...more) => {
    const handle = await open(path, ...more)
    if (String(path).includes(of))
      handle.writeFile = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
    return handle
  })
  t.teardown(() => use(open))
}
