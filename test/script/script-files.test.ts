import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openScriptFiles } from '../../src/script/script-files.ts'
import type { Script } from '../../src/script/types.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { until } from '../helpers/until.ts'

const [TEA, FLOWERS, OTHER] = ['1001', '1002', '1003']

const build = async (t: Test, files: Record<string, string>) => {
  const dir = t.testdir({ own: files, data: {} })
  const clock = createFakeClock()
  const told: [pageIds: readonly string[] | null, what: string | null][] = []
  const scripts = await openScriptFiles({
    file: join(dir, 'own/bot.yaml'),
    dataDir: join(dir, 'data'),
    variables: [],
    clock,
    log: { info: () => undefined, warn: () => undefined },
    onWrong: (pageIds, error) => void told.push([pageIds, error?.message ?? null]),
  })
  t.teardown(scripts.stop)
  scripts.start()
  const says = (pageId: string): string => saysOf(scripts.of(pageId))
  /** Lets time pass, and waits for what is read meanwhile. */
  const settle = (isSo: () => boolean): Promise<void> =>
    until(
      async () => {
        if (isSo()) return true
        await clock.advance(500)
        return false
      },
      { what: isSo.toString() },
    )
  return {
    scripts,
    says,
    told,
    settle,
    write: (name: string, text: string) => writeFileSync(join(dir, 'own', name), text),
    remove: (name: string) => rmSync(join(dir, 'own', name)),
  }
}

const saysOf = ({ fallback: { say } }: Script): string => JSON.stringify(say[0])
const script = (say: string, pages: Record<string, string> = {}): string =>
  `fallback: { say: ${say} }\n${Object.keys(pages).length > 0 ? `pages: ${JSON.stringify(pages)}\n` : ''}`

t.test('a Page speaks by its own script, all others by the main one', async (t) => {
  const { scripts, says } = await build(t, {
    'bot.yaml': script('main', { [TEA]: 'tea.yaml', [FLOWERS]: 'tea.yaml' }),
    'tea.yaml': script('tea'),
  })
  t.match([TEA, FLOWERS, OTHER].map(says), [/tea/, /tea/, /main/])
  t.match(scripts.all(), [
    { name: 'bot.yaml', pageIds: null },
    { name: 'tea.yaml', pageIds: [TEA, FLOWERS] },
  ])
})

t.test('each file is followed by itself, and a wrong one costs its Pages only the change', async (t) => {
  const { scripts, says, told, settle, write } = await build(t, {
    'bot.yaml': script('main', { [TEA]: 'tea.yaml' }),
    'tea.yaml': script('tea'),
  })
  let changes = 0
  scripts.onChange(() => (changes += 1))
  write('tea.yaml', script('more'))
  await settle(() => says(TEA).includes('more'))
  t.equal(changes, 1)
  write('tea.yaml', 'fallback: { sya: wrong }')
  await settle(() => told.length > 0)
  t.match(told, [[[TEA], /tea\.yaml:1:13/]])
  t.match([TEA, OTHER].map(says), [/more/, /main/])
  write('tea.yaml', script('right'))
  await settle(() => says(TEA).includes('right'))
  t.match(told[1], [[TEA], null])
})

t.test('a Page that gets a script keeps the one it had until the new one is right', async (t) => {
  const { says, told, settle, write } = await build(t, { 'bot.yaml': script('main') })
  write('bot.yaml', script('new', { [TEA]: 'tea.yaml' }))
  await settle(() => told.length > 0)
  t.match(told, [[[TEA], /tea\.yaml has a mistake:[^]*no such file/]])
  t.match([TEA, OTHER].map(says), [/new/, /new/])
  write('tea.yaml', script('tea'))
  await settle(() => says(TEA).includes('tea'))
  t.match(told[1], [[TEA], null])
  write('bot.yaml', script('alone'))
  await settle(() => says(TEA).includes('alone'))
})

t.test('what was wrong with a file that is no longer of a Page is no longer told', async (t) => {
  const { scripts, told, settle, write } = await build(t, {
    'bot.yaml': script('main', { [TEA]: 'tea.yaml' }),
    'tea.yaml': script('tea'),
  })
  write('tea.yaml', 'fallback: { sya: wrong }')
  await settle(() => told.length === 1)
  write('bot.yaml', script('main', { [FLOWERS]: 'tea.yaml' }))
  await settle(() => scripts.all()[1]?.pageIds?.includes(FLOWERS) === true)
  t.match(told, [
    [[TEA], /sya/],
    [[TEA], null],
  ])
})

t.test('at the start every file must be right, and in the folder of the main script', async (t) => {
  const wrong: [files: Record<string, string>, message: RegExp][] = [
    [{ 'bot.yaml': script('main', { [TEA]: 'tea.yaml' }) }, /tea\.yaml has a mistake:[^]*no such file/],
    [
      { 'bot.yaml': script('main', { [TEA]: 'tea.yaml' }), 'tea.yaml': script('tea', { [TEA]: 'x.yaml' }) },
      /tea\.yaml:2:8: found "pages"; expected it in the main script only/,
    ],
    [{ 'bot.yaml': script('main', { tea: 'tea.yaml' }) }, /found "tea"; expected the id of a Page/],
    ...['../tea.yaml', '/etc/tea.yaml', '.env', 'tea.txt', '.git/x.yaml'].map(
      (path): [Record<string, string>, RegExp] => [
        { 'bot.yaml': script('main', { [TEA]: path }) },
        /expected a file in the folder of this script/,
      ],
    ),
  ]
  for (const [files, message] of wrong)
    await t.rejects(build(t, files), { code: 'BOT_SCRIPT_INVALID', message })
})
