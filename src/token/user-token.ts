import { BotError } from '../base/errors.ts'

const LONGEST = 4096
// A header carries it, so it must be plain; Facebook's are.
const PLAIN = /^[\u0021-\u007e]+$/
const QUOTED = /^(["'`])(.*)\1$/s
const IN_ADDRESS = /[?&#]access_token=([^&#\s]+)/

/**
 * Takes the token out of what a person pasted or piped: with whitespace, quotes or `Bearer` around it, or still in the
 * address Facebook redirected to.
 *
 * @throws BotError `BOT_USER_TOKEN_INVALID` when there is no token in it
 */
export const readUserToken = (input: string): string => {
  const text = input.replace(/^\uFEFF/, '').trim()
  const bare = (QUOTED.exec(text)?.[2] ?? text).trim().replace(/^Bearer\s+/i, '')
  const token = IN_ADDRESS.exec(bare)?.[1] ?? bare
  if (token === '') throw unusable('There is no token in what was given.')
  if (/\s/.test(token)) throw unusable('What was given holds more than one word, so it is not a token.')
  if (token.length > LONGEST)
    throw unusable(`What was given is longer than any token (${token.length} characters).`)
  if (!PLAIN.test(token)) throw unusable('What was given holds characters that no token has.')
  return token
}

const unusable = (what: string): BotError =>
  new BotError('BOT_USER_TOKEN_INVALID', what, {
    remedy: 'Copy the whole user token and nothing else, and try again.',
  })
