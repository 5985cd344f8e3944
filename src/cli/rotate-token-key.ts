import { loadConfig, secretFrom, withDotEnv } from '../base/config.ts'
import { BotError } from '../base/errors.ts'
import { isThere } from '../store/is-there.ts'
import { openTokenPlace } from '../store/tokens/open.ts'
import { tokenFileIn } from '../store/tokens/place.ts'
import { rotateTokenKey } from '../store/tokens/rotate.ts'
import { command, EXIT, wrongUsage } from './command.ts'

const KEY_BYTES = 32

export const rotateKey = command({
  name: 'rotate-token-key',
  about: 'Encrypts the stored tokens with another key. Waiting replies and everything else stay as they are.',
  usage: [
    ['export NEW_TOKEN_KEY="$(openssl rand -base64 32)"', 'the new key'],
    ['npm run rotate-token-key', 'takes the old one from TOKEN_KEY, as the bot has it'],
  ],
  notes: `NEW_TOKEN_KEY, 32 random bytes in base64, is taken from the environment or stands beside TOKEN_KEY in the settings of the bot,
as a service needs it: openssl rand -base64 32 makes one. Then set TOKEN_KEY to the new key and restart the bot, every instance of it; until then it goes on with the tokens it knows.
Without TOKEN_KEY the tokens are in the clear so far.`,
  exit: '0 done, 1 failed and nothing changed unless it says so, 2 wrong usage.',
  noPlain: () => wrongUsage('It takes no arguments; the keys come from the environment.'),
  run: async (_given, { env: given, stdout }) => {
    const env = withDotEnv(given)
    const settings = loadConfig(env, ['DATA_DIR', 'DATABASE_URL', 'TOKEN_KEY'])
    const { DATA_DIR: dir, DATABASE_URL: url } = settings
    const to = Buffer.from(secretFrom(env, 'NEW_TOKEN_KEY') ?? '', 'base64')
    if (to.length === 0)
      wrongUsage('NEW_TOKEN_KEY is not set, neither in the environment of this command nor in the settings.')
    if (to.length !== KEY_BYTES) wrongUsage('NEW_TOKEN_KEY must be 32 random bytes in base64.')
    // Checked first, because locking the token file would create it.
    const hasTokens = url !== undefined || isThere(tokenFileIn(dir))
    const pages = hasTokens
      ? await rotateTokenKey({
          place: await openTokenPlace(settings),
          to,
          reopen: () => openTokenPlace({ ...settings, TOKEN_KEY: to.toString('base64') }),
        })
      : null
    // Without tokens the command fails: after a success the operator would set the new key, although tokens elsewhere need the
    // old one.
    if (pages === null) throw noTokens(settings)
    const what =
      url === undefined
        ? `the token file in ${dir} (Pages: ${pages}) is`
        : `the tokens in the database (Pages: ${pages}) are`
    stdout.write(
      `Done: ${what} encrypted with the new key.\nNow set TOKEN_KEY to it and restart ${url === undefined ? 'the bot' : 'every instance'}.\n`,
    )
    return EXIT.done
  },
})

const noTokens = ({ DATA_DIR, DATABASE_URL }: { DATA_DIR: string; DATABASE_URL?: string }): BotError => {
  const [where, setting] =
    DATABASE_URL === undefined ? [DATA_DIR, 'DATA_DIR'] : ['the database', 'DATABASE_URL']
  return new BotError('BOT_STORE_UNAVAILABLE', `There are no tokens in ${where}.`, {
    remedy: `Check ${setting}, and run this where the bot runs. A bot without a token needs no rotation: set TOKEN_KEY to the new key, and run \`npm run bootstrap-token\`.`,
  })
}
