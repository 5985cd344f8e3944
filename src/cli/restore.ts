import { loadConfig, withDotEnv } from '../base/config.ts'
import { fitCommands, surroundingsOf } from '../cures/surroundings.ts'
import { restoreBackup } from '../store/restore.ts'
import { toTokenKey } from '../store/tokens/cipher.ts'
import { jsonLine } from '../terminal/terminal-text.ts'
import { command, EXIT, wrongUsage } from './command.ts'
import { notWithServer } from './not-with-server.ts'

export const restore = command({
  name: 'restore',
  about: 'Replaces DATA_DIR by a backup, with the bot stopped. The old files are kept beside it.',
  usage: [['npm run restore -- FOLDER', 'a folder that `npm run backup` has made']],
  options: {
    'tokens-only': { type: 'boolean', about: 'leave the database as it is' },
    json: {
      type: 'boolean',
      harmless: true,
      about:
        'print one JSON object: the files, where the old ones are, how many replies are looked for first',
    },
  },
  notes: `Replies that waited when the backup was made may have been sent since. The bot looks for each in its conversation
before it sends it. Events that were not handled then are handled again.`,
  exit: '0 done, 1 failed: nothing changed, or the bot does not start before it is run again; 2 wrong usage.',
  run: async ({ values, plain: [from, ...more] }, { env, stdout }) => {
    if (from === undefined || more.length > 0) return wrongUsage('Name one folder.')
    const settings = loadConfig(withDotEnv(env), ['DATA_DIR', 'DATABASE_URL', 'TOKEN_KEY'])
    notWithServer(
      settings,
      'Stop every instance and restore the schema evergreen as any database of that server; docs/several-machines.md tells what follows.',
    )
    const { DATA_DIR: dir, TOKEN_KEY: key } = settings
    const { files, aside, doubted } = await restoreBackup({
      from,
      dir,
      key: toTokenKey(key),
      tokensOnly: values['tokens-only'] === true,
      nowMs: Date.now(),
    })
    if (values.json === true) {
      stdout.write(`${jsonLine({ folder: dir, files, aside, doubted })}\n`)
      return EXIT.done
    }
    stdout.write(`Done: ${files.join(' and ')} in ${dir}.\n`)
    if (aside !== null) stdout.write(`The old files are in ${aside}; delete them when all is well.\n`)
    if (doubted > 0)
      stdout.write(`Replies that wait: ${doubted}. The bot looks for each before it sends it.\n`)
    stdout.write(fitCommands('Now start the bot, and run: npm run doctor\n', surroundingsOf(env)))
    return EXIT.done
  },
})
