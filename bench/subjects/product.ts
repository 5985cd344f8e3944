import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { moveToServer } from '../../src/store/postgres/move.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { makeFolder, startBot, type Subject } from '../lib/processes.ts'
import { APP_SECRET, PAGE_IDS } from '../lib/requests.ts'

const ASKED =
  'how do,what about,tell me about,where are,who does,costs of,time for,rules of,help with,a question on,problems with'.split(
    ',',
  )

const TOPICS = ['delivery', 'returns', 'repairs', 'vouchers'].map(
  (topic) => `  ${topic}:
    title: ${topic}
    when: [${ASKED.map((words) => `${words} ${topic}`).join(', ')}, '/^${topic} [0-9]{3,8}$/']
    say: This is how it is with ${topic}.
`,
)

/** A script of usual size: fifty phrases and five patterns. E marks nothing as seen. */
const SCRIPT = `seen: false
replies:
  hours:
    title: Opening hours
    when: [opening hours, when are you open, closing time, are you open today, when do you close, are you open at night, '/^open (on )?sundays?$/']
    say: We are open Monday to Friday.
${TOPICS.join('')}fallback:
  say: I did not get that.
`

/** The whole product as `npm start` runs it, with the stub of Graph and stored tokens. */
export const startProduct = async (
  graphPort: number,
  folder = makeFolder(),
  env: Record<string, string> = {},
): Promise<Subject> => {
  await saveTokens(folder, null)
  return start(graphPort, folder, env)
}

/** One of several instances on a database that {@link fillDatabase} has made ready. */
export const startInstance = (graphPort: number, url: string): Promise<Subject> =>
  start(graphPort, makeFolder(), { DATABASE_URL: url, TOKEN_KEY: KEY.toString('base64') })

/** Puts tokens, and the data of a folder, into a database. */
export const fillDatabase = async (url: string, folder = makeFolder()): Promise<void> => {
  await saveTokens(folder, KEY)
  await moveToServer({
    dir: folder,
    url,
    key: KEY,
    owner: 'bench',
    clock: systemClock,
    onProgress: () => undefined,
  })
}

const KEY = Buffer.alloc(32, 7)

const start = (graphPort: number, folder: string, env: Record<string, string>): Promise<Subject> => {
  // Not in the data folder, as by default: the bot watches the folder of its script.
  const scripts = join(folder, 'scripts')
  mkdirSync(scripts, { recursive: true })
  writeFileSync(join(scripts, 'bot.yaml'), SCRIPT)
  return startBot(
    {
      FB_APP_ID: '1',
      FB_APP_SECRET: APP_SECRET,
      FB_VERIFY_TOKEN: 'verify',
      FB_GRAPH_URL: `http://127.0.0.1:${graphPort}`,
      DATA_DIR: folder,
      BOT_SCRIPT: join(scripts, 'bot.yaml'),
      // The highest value, so that the pace does not limit the result.
      MESSAGES_PER_SECOND: '300',
      ...env,
    },
    folder,
  )
}

const saveTokens = async (dir: string, key: Buffer | null): Promise<void> => {
  const tokens = await createTokenStore({ dir, key })
  await tokens.save({
    pages: PAGE_IDS.map((pageId) => ({
      pageId,
      name: `Page ${pageId}`,
      token: `bench-token-${pageId}`,
      appId: '1',
      userId: '2',
      scopes: ['pages_show_list', 'pages_messaging', 'pages_manage_metadata'],
      tasks: ['MESSAGING'],
      provedAtMs: Date.now(),
      dataAccessExpiresAtMs: null,
      subscribedFields: null,
    })),
  })
  await tokens.close()
}
