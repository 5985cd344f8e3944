import { stat } from 'node:fs/promises'
import { BotError } from '../../base/errors.ts'
import { toTokenKey } from '../../store/tokens/cipher.ts'
import { createTokenFile } from '../../store/tokens/file.ts'
import { tokenFileIn } from '../../store/tokens/place.ts'
import { check, type Check } from '../check.ts'
import type { DoctorContext } from '../context.ts'
import { failure, ok, warning, type CheckResult } from '../check-result.ts'
import { plural } from '../../base/numbers.ts'
import { reasonOf } from '../words.ts'

/** Checks of the place in which the tokens are stored. */
export const tokenChecks = (context: DoctorContext): Check[] => [
  check({
    id: 'tokens',
    section: 'This machine',
    title: 'Tokens',
    settings: ['DATA_DIR', 'TOKEN_KEY'],
    run: ({ DATA_DIR, TOKEN_KEY }) => checkTokens(tokenFileIn(DATA_DIR), toTokenKey(TOKEN_KEY), context),
  }),
]

const checkTokens = async (
  file: string,
  key: Buffer | null,
  { tokens, server }: DoctorContext,
): Promise<CheckResult> => {
  if (tokens instanceof Error) {
    const remedy = tokens instanceof BotError ? tokens.remedy : undefined
    return failure(reasonOf(tokens), remedy ?? 'Move it away and run: npm run bootstrap-token')
  }
  if (tokens.pages.length === 0) return failure('there is no Page token yet', 'npm run bootstrap-token')
  if (server !== null) return ok(`${plural(tokens.pages.length, 'Page token')} in the database, encrypted`)
  const facts = await stat(file)
  if ((facts.mode & 0o077) !== 0) {
    const mode = (facts.mode & 0o777).toString(8).padStart(4, '0')
    return warning(`other users may read ${file} (mode ${mode})`, `chmod 600 ${file}`)
  }
  const kept = createTokenFile(file, key)
  await kept.read()
  if (kept.isExposed()) {
    return warning(
      'TOKEN_KEY is set, but the tokens are in the clear',
      'Restart the bot: it encrypts them when it starts',
    )
  }
  return ok(
    `${plural(tokens.pages.length, 'Page token')}, ${key !== null ? 'encrypted' : 'for its owner alone'}`,
  )
}
