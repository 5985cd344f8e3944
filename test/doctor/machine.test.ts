import { chmod, open, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { databaseIn, RESTORING } from '../../src/store/sqlite/data-dir.ts'
import { tokenFileIn } from '../../src/store/tokens/place.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { PAGE_ID } from './lab.ts'
import { nameEach } from './rows.ts'

nameEach([
  {
    what: 'what the running bot has noticed',
    arrange: ({ dir }) => {
      const db = new DatabaseSync(databaseIn(dir), { timeout: 10_000 })
      const keep = db.prepare('insert or replace into meta (name, value) values (?, ?)')
      keep.run(
        'note:other-objects',
        JSON.stringify({ instagram: Date.now(), user: Date.now(), gone: Date.now() - 8 * 24 * 3_600_000 }),
      )
      keep.run(`note:automatic-replies:${PAGE_ID}`, String(Date.now()))
      db.close()
    },
    expected: {
      'other-objects': ['warning', /also calls about instagram, user, which/, /App dashboard/],
      [`automatic-replies ${PAGE_ID}`]: [
        'warning',
        /automatic replies of the Page inbox are on/,
        /Automations/,
      ],
    },
  },
  {
    what: 'a Node that is too old',
    arrange: ({ seen }) => (seen.node = { version: '20.20.2', least: '24.15' }),
    expected: { node: ['failure', /20\.20\.2 is too old: at least 24\.15/, /Install Node\.js 24\.15/] },
  },
  {
    what: 'none of the required settings, as before the set-up',
    arrange: ({ env }) => {
      for (const name of ['FB_APP_ID', 'FB_APP_SECRET', 'FB_VERIFY_TOKEN']) delete env[name]
    },
    expected: {
      configuration: ['failure', /FB_APP_ID is missing/, /^`npm run setup` leads through it.*\.env/],
    },
    skipped: { app: /FB_APP_ID/ },
  },
  {
    what: 'settings that are missing and malformed',
    arrange: ({ env }) => {
      delete env['FB_VERIFY_TOKEN']
      env['PROBE_SECONDS'] = 'hush-often'
    },
    expected: {
      configuration: ['failure', /FB_VERIFY_TOKEN is missing.*PROBE_SECONDS must be a number/, /\.env/],
    },
    skipped: { verification: /FB_VERIFY_TOKEN is missing or malformed/, callback: /FB_VERIFY_TOKEN/ },
  },
  {
    what: 'a script with a mistake',
    arrange: async ({ env, dir }) => {
      env['BOT_SCRIPT'] = join(dir, 'bot.yaml')
      await writeFile(env['BOT_SCRIPT'], 'replies:\n  hours:\n    sayy: Hello\n')
    },
    expected: { script: ['failure', /bot\.yaml:3:5: found the key "sayy"/, /keeps the last good version/] },
    skipped: { [`profile ${PAGE_ID}`]: /"Script" failed/ },
  },
  {
    what: 'a script that is not there',
    arrange: ({ env }) => (env['BOT_SCRIPT'] = 'nowhere.yaml'),
    expected: { script: ['failure', /no such file/, /nowhere\.yaml/] },
  },
  {
    what: 'handlers that do not load',
    arrange: async ({ env, dir }) => {
      env['BOT_HANDLERS'] = join(dir, 'handlers.ts')
      await writeFile(env['BOT_HANDLERS'], 'export const bott = 1\n')
    },
    expected: { handlers: ['failure', /exports no "bot"/, /defineBot/] },
  },
  {
    what: 'a data folder others may look into',
    arrange: ({ dir }) => chmod(dir, 0o755),
    expected: {
      'data-folder': ['warning', /other users may look into .* \(mode 0755\)/, /^chmod 700 .*data$/],
    },
  },
  {
    what: 'a data folder that is none',
    isRunning: false,
    withToken: false,
    arrange: ({ dir }) => writeFile(dir, ''),
    expected: {
      'data-folder': ['failure', /it is not a folder/, /DATA_DIR/],
      tokens: ['failure', /ENOTDIR/, /./],
      verification: ['failure', /cannot be reached \(ECONNREFUSED\)/, /the bot run/],
    },
    skipped: { database: /"Data folder" failed/, bot: /"Data folder" failed/ },
  },
  {
    what: 'a data folder that is made at the first start',
    isRunning: false,
    withToken: false,
    expected: {
      tokens: ['failure', /no Page token yet/, /^npm run bootstrap-token$/],
      bot: ['warning', /does not run/, /npm start/],
      verification: ['failure', /cannot be reached \(ECONNREFUSED\)/, /the bot run/],
    },
  },
  {
    what: 'a data folder that is a link to a disk that is not mounted',
    isRunning: false,
    withToken: false,
    arrange: ({ dir }) => symlink('/mnt/not-there/data', dir),
    expected: {
      'data-folder': ['failure', /a symbolic link whose target is missing/, /DATA_DIR/],
      tokens: ['failure', /no Page token yet/, /./],
      verification: ['failure', /cannot be reached \(ECONNREFUSED\)/, /the bot run/],
    },
    skipped: { database: /"Data folder" failed/, bot: /"Data folder" failed/ },
  },
  {
    what: 'a full disk',
    arrange: ({ seen }) => (seen.freeBytes = async () => 12_300_000),
    expected: { 'data-folder': ['failure', /only 12 MB are free/, /Make room/] },
  },
  {
    what: 'a damaged database',
    arrange: async ({ dir, stopBot }) => {
      await stopBot()
      const file = await open(databaseIn(dir), 'r+')
      await file.write(Buffer.alloc(6000, 0x7a), 0, 6000, 4096 * 2)
      await file.close()
    },
    expected: {
      database: ['failure', /is damaged/, /restore the backup/],
      bot: ['warning', /does not run/, /npm start/],
      verification: ['failure', /cannot be reached \(ECONNREFUSED\)/, /the bot run/],
    },
  },
  {
    what: 'a restore that was cut off',
    arrange: async ({ dir, stopBot }) => {
      await stopBot()
      await rename(databaseIn(dir), join(dir, `${RESTORING}evergreen.db`))
    },
    expected: {
      database: ['failure', /was cut off before evergreen\.db/, /npm run restore/],
      bot: ['warning', /does not run/, /npm start/],
      verification: ['failure', /cannot be reached \(ECONNREFUSED\)/, /the bot run/],
    },
  },
  {
    what: 'a database of a newer release',
    arrange: ({ dir }) => {
      const db = new DatabaseSync(databaseIn(dir), { timeout: 5000 })
      db.exec('pragma user_version = 999')
      db.close()
    },
    expected: { database: ['failure', /written by a newer Evergreen \(version 999/, /newer release/] },
  },
  {
    what: 'replies that wait for a bot that does not run',
    arrange: async ({ dir, stopBot }) => {
      await stopBot()
      const db = new DatabaseSync(databaseIn(dir), { timeout: 5000 })
      const hourAgo = Date.now() - 3600_000
      db.prepare(
        'insert into outbox (page, conversation, seq, accepted_ms, body) values (1, 1, 1, ?, ?)',
      ).run(hourAgo, '{}')
      db.close()
    },
    expected: {
      database: ['warning', /1 reply wait, the oldest for 1 hour/, /Start the bot/],
      bot: ['warning', /does not run/, /npm start/],
      verification: ['failure', /cannot be reached/, /./],
    },
  },
  {
    what: 'a bot that listens elsewhere than configured',
    arrange: ({ env }) => (env['PORT'] = '9'),
    expected: {
      bot: ['warning', /process \d+ runs, but http:\/\/127\.0\.0\.1:9 does not answer/, /restart it/],
    },
  },
  {
    what: 'no token yet',
    withToken: false,
    expected: { tokens: ['failure', /no Page token yet/, /^npm run bootstrap-token$/] },
  },
  {
    what: 'a token file that is damaged',
    arrange: ({ dir }) => writeFile(tokenFileIn(dir), '{"version":1,"pages":[{"token":"hush'),
    expected: { tokens: ['failure', /not valid JSON/, /tokens\.json\.previous/] },
  },
  {
    what: 'another TOKEN_KEY than the tokens were saved with',
    arrange: async ({ dir, env }) => {
      const plain = await readFile(tokenFileIn(dir), 'utf8')
      const { pages } = JSON.parse(plain) as { pages: [] }
      await rm(tokenFileIn(dir))
      const store = await createTokenStore({ dir, key: Buffer.alloc(32, 7) })
      await store.save({ pages })
      await store.close()
      env['TOKEN_KEY'] = Buffer.alloc(32, 8).toString('base64')
    },
    expected: { tokens: ['failure', /encrypted with another TOKEN_KEY/, /Set TOKEN_KEY to the key/] },
  },
  {
    what: 'a TOKEN_KEY that came after the tokens',
    arrange: ({ env }) => (env['TOKEN_KEY'] = Buffer.alloc(32, 7).toString('base64')),
    expected: { tokens: ['warning', /in the clear/, /^Restart the bot/] },
  },
  {
    what: 'a token file others may read',
    arrange: ({ dir }) => chmod(tokenFileIn(dir), 0o644),
    expected: { tokens: ['warning', /other users may read .*0644/, /^chmod 600 .*tokens\.json$/] },
  },
])
