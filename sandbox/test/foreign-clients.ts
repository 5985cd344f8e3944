import t, { type Test } from 'tap'
import { problem } from './foreign-install.ts'

export { FOREIGN_FOLDER, foreignRequire } from './foreign-install.ts'

/**
 * A test with foreign clients. Where they cannot be installed it is skipped with the reason, or fails when `CI=true`:
 * there, nothing may be skipped unseen.
 */
export const foreignTest = (title: string, body: (t: Test) => Promise<void>): void => {
  if (problem === null) void t.test(title, body)
  else if (process.env['CI'] === 'true') void t.test(title, async (t) => t.fail(`Not installed: ${problem}`))
  else void t.test(title, { skip: `foreign clients could not be installed: ${problem}` }, () => {})
}
