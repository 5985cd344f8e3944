import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { buildConsole, signedInTab, type Tab } from '../../helpers/console.ts'

export const LIST = '/operator/script'
export const REPLIES = `${LIST}/replies`
export const [REPLY, TEXT, VERSIONS, TRY] = ['reply', 'text', 'versions', 'try'].map(
  (name) => `${LIST}/${name}`,
) as [string, string, string, string]
export const SCRIPT = `replies:
  hours:
    title: Opening hours
    when: [opening hours, when are you open]   # daily
    say: From 9 to 18.
    choices: [place]
  place:
    title: Find us
    when: where are you
    say: At <the> square.
fallback: { say: Pardon? }
`

export const scene = async (t: Test, files: Record<string, string> = { 'bot.yaml': SCRIPT }) => {
  const dir = t.testdir({ own: files, data: {} })
  const file = join(dir, 'own/bot.yaml')
  const world = await buildConsole(t, { dir: join(dir, 'data'), env: { BOT_SCRIPT: file } })
  return {
    ...world,
    tab: await signedInTab(world.app),
    another: () => signedInTab(world.app),
    script: (name = 'bot.yaml') => readFileSync(join(dir, 'own', name), 'utf8'),
    write: (text: string) => writeFileSync(file, text),
  }
}

export const open = (tab: Tab, reply: string) => tab.get(`${REPLY}?name=${reply}`)
export const textIn = (page: string): string =>
  /<textarea[^>]*id="text"[^>]*>\n([^<]*)</.exec(page)?.[1] ?? ''
