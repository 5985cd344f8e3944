import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildApp } from '../../app.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { APP_SECRET, PAGE_IDS } from '../lib/requests.ts'
import { report } from '../reference/webhook.ts'

// The whole product as `npm start` runs it, with a Graph of ours and tokens that are there already.
const dir = process.env['BENCH_DIR'] ?? '.'
const script = join(dir, 'bot.yaml')
writeFileSync(
  script,
  `replies:
  hours:
    title: Opening hours
    when: [opening hours, when are you open, closing time]
    say: We are open Monday to Friday.
fallback:
  say: I did not get that.
`,
)
const tokens = await createTokenStore({ dir, key: null })
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

const app = await buildApp({
  env: {
    FB_APP_ID: '1',
    FB_APP_SECRET: APP_SECRET,
    FB_VERIFY_TOKEN: 'verify',
    FB_GRAPH_URL: process.env['GRAPH_URL'],
    DATA_DIR: dir,
    BOT_SCRIPT: script,
    LOG_LEVEL: 'warn',
    // Facebook's pace is not what is measured.
    TEXT_PER_SECOND: '1000000',
  },
  logStream: { write: (line) => process.stderr.write(line) },
})
await report(app)
