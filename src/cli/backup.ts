import { realpathSync } from 'node:fs'
import { isAbsolute, relative, sep } from 'node:path'
import { loadConfig, withDotEnv } from '../base/config.ts'
import { backUp } from '../store/backup.ts'
import { jsonLine } from '../terminal/terminal-text.ts'
import { command, EXIT, wrongUsage } from './command.ts'
import { notWithServer } from './not-with-server.ts'

export const backup = command({
  name: 'backup',
  about: 'Copies tokens and database as they are at this moment, while the bot runs or not.',
  usage: [['npm run backup -- FOLDER', 'a folder that is empty or not there yet']],
  options: {
    json: {
      type: 'boolean',
      harmless: true,
      about: 'print one JSON object: which files were made, and where',
    },
  },
  notes:
    'To restore: stop the bot, `npm run restore -- FOLDER`, start the bot. docs/operations.md tells the rest.',
  run: async ({ values, plain: [to, ...more] }, { env, stdout, stderr }) => {
    if (to === undefined || more.length > 0) return wrongUsage('Name one folder.')
    const settings = loadConfig(withDotEnv(env), ['DATA_DIR', 'DATABASE_URL'])
    notWithServer(
      settings,
      'Back it up as any database of that server: by its provider, or with pg_dump --schema=evergreen; the tokens are in it.',
    )
    const { DATA_DIR: dir } = settings
    const { files, unnoted } = await backUp(dir, to)
    if (values.json === true) stdout.write(`${jsonLine({ folder: to, files })}\n`)
    else stdout.write(`Done: ${files.join(' and ')} in ${to}.\n`)
    if (unnoted !== null)
      stderr.write(
        `DATA_DIR (${dir}) cannot be written (${unnoted}): the doctor does not know of this backup.\n`,
      )
    if (isInside(to, dir))
      stderr.write(
        `${to} is inside DATA_DIR (${dir}): what removes that folder removes the backup, too. Copy it to another disk, or name a folder elsewhere.\n`,
      )
    return EXIT.done
  },
})

const isInside = (folder: string, dir: string): boolean => {
  const path = relative(realpathSync(dir), realpathSync(folder))
  return path.split(sep)[0] !== '..' && !isAbsolute(path)
}
