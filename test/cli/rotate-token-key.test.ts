import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { placeInFolder, type TokenPlace } from '../../src/store/tokens/place.ts'
import { rotateTokenKey } from '../../src/store/tokens/rotate.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { pageToken } from '../store/tokens/sample.ts'
import { rotateKey } from '../../src/cli/rotate-token-key.ts'
import { run as runCommand } from './run.ts'

const OLD = Buffer.alloc(32, 7)
const NEW = Buffer.alloc(32, 8)

const run = async (t: Test, dir: string, env: Record<string, string>, args: string[] = []) => {
  const ended = await runCommand(rotateKey, join(dir, 'data'), args, { env })
  t.notMatch(ended.stdout + ended.stderr, /page-token|BwcH|CAgI/, 'neither token nor key is shown')
  return ended
}

const build = async (t: Test, key: Buffer | null) => {
  const dir = t.testdir()
  const store = await createTokenStore({ dir: join(dir, 'data'), key })
  await store.save({ pages: [pageToken({ token: 'page-token-0' })] })
  await store.save({ pages: [pageToken({ provedAtMs: 1_790_000_000_001 })] })
  await store.close()
  const read = async (with_: Buffer | null) => {
    const opened = await createTokenStore({ dir: join(dir, 'data'), key: with_ })
    const pages = opened.pages()
    await opened.close()
    return pages
  }
  return { dir, read }
}

const keys = (from: Buffer | null, to: Buffer) => ({
  ...(from && { TOKEN_KEY: from.toString('base64') }),
  NEW_TOKEN_KEY: to.toString('base64'),
})

t.test('tokens are readable with the new key alone, and nothing of the old one is left', async (t) => {
  for (const from of [OLD, null]) {
    const { dir, read } = await build(t, from)
    const { code, stdout } = await run(t, dir, keys(from, NEW))
    t.equal(code, 0)
    t.match(stdout, /Done[^]*set TOKEN_KEY to it and restart/)
    t.match(await read(NEW), [{ token: 'page-token-1' }])
    await t.rejects(read(OLD), { code: 'BOT_TOKEN_KEY_WRONG' })
    t.notOk((await readdir(join(dir, 'data'))).some((name) => /previous|tmp/.test(name)))
  }
})

t.test('run again after it was killed at its end, it says that the new key is in use', async (t) => {
  const { dir } = await build(t, OLD)
  t.equal((await run(t, dir, keys(OLD, NEW))).code, 0)
  t.match(await run(t, dir, keys(OLD, NEW)), {
    code: 1,
    stderr: /^The tokens are encrypted with NEW_TOKEN_KEY already\.\n.*set TOKEN_KEY to it/,
  })
})

t.test('with a wrong old key, or over a damaged file, nothing is changed', async (t) => {
  const { dir, read } = await build(t, OLD)
  const wrong = await run(t, dir, keys(NEW, NEW))
  t.equal(wrong.code, 1)
  t.match(wrong.stderr, /another TOKEN_KEY/)
  const without = await run(t, dir, keys(null, NEW))
  t.match(without, { code: 1, stderr: /TOKEN_KEY is not set/ })
  t.match(await read(OLD), [{ token: 'page-token-1' }])

  const file = join(dir, 'data/tokens.json')
  await writeFile(file, '{"half')
  t.match(await run(t, dir, keys(OLD, NEW)), { code: 1, stderr: /cannot be read/ })
  t.equal(await readFile(file, 'utf8'), '{"half')
})

t.test(
  'a disk that fails after the new file is in place: the tokens need the new key, and it says so',
  async (t) => {
    const fail = (): Promise<never> => Promise.reject(new Error('tokens.json cannot be written: EIO.'))
    for (const from of [OLD, null]) {
      const { dir, read } = await build(t, from)
      const place = placeInFolder(join(dir, 'data'), from)
      const reopen = () => Promise.resolve(placeInFolder(join(dir, 'data'), NEW))
      await t.rejects(rotateTokenKey({ place: { ...place, rewrite: fail }, to: NEW, reopen }), {
        message: 'tokens.json cannot be written: EIO.',
      })
      t.match(await read(from), [{ token: 'page-token-1' }], 'it failed before')

      const rewrite: TokenPlace['rewrite'] = async (...given) => {
        await place.rewrite(...given)
        await fail()
      }
      await t.rejects(rotateTokenKey({ place: { ...place, rewrite }, to: NEW, reopen }), {
        message: /encrypted with the new key.*EIO/,
        remedy: /Set TOKEN_KEY to the new key/,
      })
      t.match(await read(NEW), [{ token: 'page-token-1' }])
    }
  },
)

t.test('where nothing can be read after the failure, either, it says to keep both keys', async (t) => {
  const { dir } = await build(t, OLD)
  const place = placeInFolder(join(dir, 'data'), OLD)
  const lost = (): Promise<never> => Promise.reject(new Error('The server does not answer.'))
  const unreadable = { ...place, adapter: { ...place.adapter, read: lost } }
  for (const reopen of [lost, () => Promise.resolve(unreadable)]) {
    const rotating = rotateTokenKey({ place: { ...place, rewrite: lost }, to: NEW, reopen })
    await t.rejects(rotating, { message: /may be encrypted with the new key/, remedy: /Keep both keys/ })
  }
})

t.test('where there are no tokens, as with a wrong DATA_DIR, it fails and makes nothing', async (t) => {
  for (const files of [{}, { data: { notes: '' } }]) {
    const dir = t.testdir(files)
    t.match(await run(t, dir, keys(OLD, NEW)), {
      code: 1,
      stdout: '',
      stderr: /no tokens in .*\n.*Check DATA_DIR.*bootstrap-token/,
    })
    t.strictSame(
      await readdir(dir, { recursive: true }),
      Object.keys(files).length ? ['data', 'data/notes'] : [],
    )
  }
})

t.test('a missing or short new key, or any argument, is wrong usage', async (t) => {
  const dir = t.testdir()
  t.match(await run(t, dir, {}), {
    code: 2,
    stderr: /NEW_TOKEN_KEY is not set[^]*See `npm run rotate-token-key -- --help`/,
  })
  t.match(await run(t, dir, { NEW_TOKEN_KEY: 'CAgI' }), { code: 2, stderr: /must be 32 random bytes/ })
  t.match(await run(t, dir, keys(OLD, NEW), [NEW.toString('base64')]), { code: 2 })
})
