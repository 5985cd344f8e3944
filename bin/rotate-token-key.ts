import { existsSync } from 'node:fs'
import { loadConfig, withDotEnv } from '../src/base/config.ts'
import { BotError } from '../src/base/errors.ts'
import { toTokenKey } from '../src/store/tokens/cipher.ts'
import { rotateTokenKey } from '../src/store/tokens/rotate.ts'

const USAGE = `Encrypts the stored tokens with another key. Waiting replies and everything else stay as they are.

  export NEW_TOKEN_KEY="$(openssl rand -base64 32)"
  npm run rotate-token-key
  then set TOKEN_KEY to the new key and restart the bot; until then it goes on with the tokens it knows

The old key is TOKEN_KEY, as the bot has it; without it the tokens are in the clear so far.
Exit code: 0 done, 1 failed and nothing changed, 2 wrong usage.
`

const KEY_BYTES = 32

const main = async (): Promise<string> => {
  if (process.argv.length > 2) throw new BotError('BOT_USAGE', 'There are no options.', { remedy: USAGE })
  const env = withDotEnv(process.env)
  const { DATA_DIR: dir, TOKEN_KEY: oldKey } = loadConfig(env, ['DATA_DIR', 'TOKEN_KEY'])
  const to = Buffer.from(env['NEW_TOKEN_KEY']?.trim() ?? '', 'base64')
  if (to.length !== KEY_BYTES) {
    throw new BotError('BOT_USAGE', 'NEW_TOKEN_KEY must be 32 random bytes in base64.', { remedy: USAGE })
  }
  // Locking would make the folder's file where there is nothing to lock.
  const pages = existsSync(dir) ? await rotateTokenKey(dir, toTokenKey(oldKey), to) : null
  return pages === null
    ? `There are no tokens in ${dir}. Set TOKEN_KEY to the new key, and run: npm run bootstrap-token`
    : `Done: the token file in ${dir} (Pages: ${pages}) is encrypted with the new key.\nNow set TOKEN_KEY to it and restart the bot.`
}

try {
  console.log(await main())
} catch (error) {
  if (!(error instanceof BotError)) throw error
  console.error([error.message, error.remedy].filter(Boolean).join('\n'))
  process.exitCode = error.code === 'BOT_USAGE' ? 2 : 1
}
