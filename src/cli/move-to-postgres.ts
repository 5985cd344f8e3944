import { randomUUID } from 'node:crypto'
import { systemClock } from '../base/clock.ts'
import { loadConfig, withDotEnv } from '../base/config.ts'
import { fitCommands, surroundingsOf } from '../cures/surroundings.ts'
import { toTokenKey } from '../store/tokens/cipher.ts'
import { jsonLine } from '../terminal/terminal-text.ts'
import { count } from '../web/words.ts'
import { command, EXIT, wrongUsage } from './command.ts'

export const moveToPostgres = command({
  name: 'move-to-postgres',
  about:
    'Moves tokens and database from DATA_DIR to the PostgreSQL database of DATABASE_URL, with the bot stopped.',
  usage: [['npm run move-to-postgres', 'takes both from the environment and .env, as the bot has them']],
  options: {
    json: { type: 'boolean', harmless: true, about: 'print one JSON object: rows by table, tokens, files' },
  },
  notes: `Everything is counted and added up on both sides. Then the files in DATA_DIR get other names, so that no bot starts on
them by mistake. A move that was cut off is simply run again. There is no way back but a backup made before.`,
  exit: '0 done, 1 failed and the files are as they were, 2 wrong usage.',
  noPlain: () => wrongUsage('It takes options only; the address comes from DATABASE_URL.'),
  run: async ({ values: { json } }, { env, stdout, stderr }) => {
    const {
      DATA_DIR: dir,
      DATABASE_URL: url,
      TOKEN_KEY,
    } = loadConfig(withDotEnv(env), ['DATA_DIR', 'DATABASE_URL', 'TOKEN_KEY'])
    const key = toTokenKey(TOKEN_KEY)
    if (url === undefined || key === null) {
      return wrongUsage('DATABASE_URL is not set.', 'Set it, and TOKEN_KEY, as the bot shall have them.')
    }
    const { moveToServer } = await import('../store/postgres/move.ts')
    const moved = await moveToServer({
      dir,
      url,
      key,
      owner: randomUUID(),
      clock: systemClock,
      onProgress: (what, rows) => stderr.write(rows === 0 ? `${what}\n` : `${what}: ${rows}\n`),
    })
    if (json === true) {
      stdout.write(`${jsonLine(moved)}\n`)
      return EXIT.done
    }
    const sum = Object.values(moved.rows).reduce((all, rows) => all + rows, 0)
    stdout.write(`Done: ${count(sum, 'row')} and ${count(moved.tokens, 'Page token')} are in the database.\n`)
    stdout.write(`The files are kept as ${moved.files.join(' and ')}; delete them when all is well.\n`)
    stdout.write(fitCommands('Now start the bot, and run: npm run doctor\n', surroundingsOf(env)))
    return EXIT.done
  },
})
