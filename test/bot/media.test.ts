import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ChatMessage } from '../../sandbox/src/api.ts'
import { buildTown, type Town } from '../helpers/town.ts'

const SCRIPT = `
typing: false
replies:
  menu: { when: menu, say: ['Here it is:', { file: menu.pdf }, Enjoy!] }
  shirt: { when: shirt, say: { image: pictures/shirt.png, buttons: [{ title: Menu, reply: menu }] } }
  logo: { when: logo, say: { image: "https://x.y/logo.png" } }
`

interface Shop extends Town {
  folder: string
  /** Writes, and gives what the Page says to it. */
  hear: (text: string, count: number) => Promise<ChatMessage[]>
  /** Ids under which Facebook has media of the Page. */
  ids: () => string[]
}

const open = async (t: Test): Promise<Shop> => {
  const folder = t.testdir({
    data: {},
    'bot.yaml': SCRIPT,
    'menu.pdf': 'monday',
    pictures: { 'shirt.png': Buffer.from('\x89PNG a shirt', 'latin1') },
  })
  const places = { teardown: t.teardown.bind(t), testdir: () => join(folder, 'data') }
  const town = await buildTown(places, { env: { BOT_SCRIPT: join(folder, 'bot.yaml') } })
  await town.bootstrap()
  let heard = 0
  return {
    ...town,
    folder,
    hear: async (text, count) => {
      town.say(text)
      const all = await town.sandbox.replies(town.pageId, town.psid, heard + count)
      heard += count
      return all.slice(-count)
    },
    ids: () => [...town.sandbox.world.attachments.keys()],
  }
}

const urlOf = (message: ChatMessage | undefined): string => String(message?.attachment?.payload['url'])

const contentOf = async (message: ChatMessage | undefined): Promise<string> =>
  (await fetch(urlOf(message))).text()

t.test('a file beside the script is uploaded once and sent by its id, in its order', async (t) => {
  const { hear, ids, folder } = await open(t)
  const first = await hear('menu', 3)
  t.match(first, [{ text: 'Here it is:' }, { attachment: { type: 'file' } }, { text: 'Enjoy!' }])
  t.equal(await contentOf(first[1]), 'monday')
  t.match(urlOf(first[1]), /menu\.pdf$/, 'under its own name')
  const second = await hear('menu', 3)
  t.equal(urlOf(second[1]), urlOf(first[1]))
  t.equal(ids().length, 1)

  writeFileSync(join(folder, 'menu.pdf'), 'tuesday, with soup')
  t.equal(await contentOf((await hear('menu', 3))[1]), 'tuesday, with soup')
  t.equal(ids().length, 2)
})

t.test('an id that has ended is uploaded anew, and the visitor notices nothing', async (t) => {
  const { hear, ids, sandbox } = await open(t)
  await hear('menu', 3)
  const [before] = ids()
  sandbox.trouble('media-expired')
  const again = await hear('menu', 3)
  t.match(again, [{ text: 'Here it is:' }, { attachment: { type: 'file' } }, { text: 'Enjoy!' }])
  t.equal(await contentOf(again[1]), 'monday')
  t.equal(ids().filter((id) => id !== before).length, 1)
})

t.test('a picture with buttons goes out as a media template with its id', async (t) => {
  const { hear, ids } = await open(t)
  const [shirt] = await hear('shirt', 1)
  t.match(shirt?.attachment, {
    type: 'template',
    payload: {
      template_type: 'media',
      elements: [{ media_type: 'image', attachment_id: ids()[0] ?? '', buttons: [{ title: 'Menu' }] }],
    },
  })
})

t.test('what has an address is answered with it, though Facebook cannot take it in', async (t) => {
  const { hear, sandbox, ids, log } = await open(t)
  const error = { code: 100, error_subcode: 2018008 }
  sandbox.trouble('fail', { edge: 'message_attachments', times: 1, error })
  const [logo] = await hear('logo', 1)
  t.equal(urlOf(logo), 'https://x.y/logo.png')
  await sandbox.until(() => log().includes('media could not be uploaded'))
  t.same(ids(), [])
})

t.test('a Page token that dies between upload and message costs neither', async (t) => {
  const { hear, say, sandbox, parked, bootstrap, pageId, psid, ids } = await open(t)
  await hear('menu', 3)
  sandbox.trouble('media-expired')
  sandbox.trouble('password-changed')
  say('menu')
  await parked(3)
  await bootstrap()
  const all = await sandbox.replies(pageId, psid, 6)
  t.match(all.slice(3), [{ text: 'Here it is:' }, { attachment: { type: 'file' } }, { text: 'Enjoy!' }])
  t.equal(ids().length, 2, 'the one that is over, and one more')
})
