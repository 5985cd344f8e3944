import { BotError } from '../base/errors.ts'

const LONGEST = 4096
/** Of all that is given: looking for a token in a form of 64 KiB would keep the bot from answering for seconds. */
const MOST_GIVEN = 16 * 1024
// Allows more characters than Facebook's letters, digits and bar; an address never fits.
const PLAIN = /^[\w|.~+/=-]+$/

/** Invisible characters that are copied along: zero-width spaces, byte order marks, soft hyphens, direction marks. */
const INVISIBLE = /\p{Cf}/gu
const DOUBLE_QUOTES = /[“”„‟«»″＂]/g
const SINGLE_QUOTES = /[‘’‚‛‹›′`´＇]/g
// The look-behind has it try only where a run begins: a run in the middle would be tried from each of its characters.
const END_OF_PASTE = /^[\s"',;]+|(?<![\s"',;])[\s"',;]+$/g

/**
 * A line break in a long word, as a terminal or a mail makes it, or a space between two long words (an app secret has 32 characters). The
 * rest is neither the beginning of another token nor a proof (64 hexadecimal digits). The look-behind starts at blanks only: from every
 * letter, some pages of long words take seconds.
 */
const WRAPPED =
  /(?=\s)(?<=\bEAA\w{5,}|[\w|-]{20})(?:[^\S\n]*\n[^\S\n]*| {2,}| (?=[\w|-]{40}))(?!EAA|[\da-f]{64}(?![\w|-]))(?=[\w|-]+\s*(?:$|[\n"'&,;}]))/g

/** Places of a token in pasted text, the surest first. */
const PLACES: readonly RegExp[] = [
  // curl's JSON, a query, the address that Facebook redirected to.
  /(?<![\w-])access_token["']?\s*[=:]\s*["']?([^\s"'&,;<>}#]+)/gi,
  // `FB_USER_TOKEN=...`, "user token: ..."; not a verify token.
  /(?<![\w-])(?!verify|id_token|refresh)[\w-]*token["']?\s*[=:]\s*["']?([^\s"'&,;<>}#]+)/gi,
  /(?<![\w-])Bearer\s+["']?([^\s"',;]+)/gi,
  /(?<![\w-])(EAA\w{20,})/g,
]

/** Beginnings of Meta's other tokens, and of other values beside a token in the App Dashboard and in the settings. */
const FOREIGN: readonly (readonly [start: RegExp, what: string])[] = [
  [/^IG(AA|QV)/, 'an Instagram token'],
  [/^TH(AA|QV)/, 'a Threads token'],
  [/^[\da-f]{32}$/i, 'the secret of an app'],
  [/^\d+$/, 'an id'],
]

/**
 * Finds the one token in pasted or piped text: the answer of curl, a query, a line of `.env`, a header; with quotes, commas and invisible
 * characters around it, or broken into lines.
 *
 * @throws BotError `BOT_USER_TOKEN_INVALID` when there is none, or more than one; its message never repeats the text
 */
export const readUserToken = (input: string): string => {
  if (input.length > MOST_GIVEN) throw tooLong(input)
  const text = unwrapped(input)
  for (const place of PLACES) {
    const found = new Set([...text.matchAll(place)].map(([, token = '']) => decoded(token)))
    const [token] = found
    if (found.size > 1) throw unusable('The text holds more than one token.')
    if (token !== undefined) return checked(token)
  }
  return checked(text.replaceAll(END_OF_PASTE, ''))
}

const unwrapped = (input: string): string =>
  joined(input.replaceAll(INVISIBLE, '').replaceAll(DOUBLE_QUOTES, '"').replaceAll(SINGLE_QUOTES, "'").trim())

/** Line by line: only joined lines are long enough to take the next short line as their rest. */
const joined = (text: string): string => {
  const next = text.replaceAll(WRAPPED, '')
  return next === text ? text : joined(next)
}

/** In an address the bar of an app token is written as `%7C`. */
const decoded = (token: string): string =>
  token.replaceAll(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

const checked = (token: string): string => {
  if (token === '') throw unusable('There is no token in the text.')
  if (/\s/.test(token)) throw unusable('The text has several words, and none of them is marked as the token.')
  if (token.length > LONGEST) throw tooLong(token)
  if (!PLAIN.test(token)) throw unusable('The text has characters that no token has.')
  const foreign = FOREIGN.find(([start]) => start.test(token))
  if (foreign !== undefined) {
    throw new BotError('BOT_USER_TOKEN_INVALID', `This is ${foreign[1]}, not a user token of Facebook.`, {
      remedy:
        'In the Graph API Explorer choose this app and "User Token" under "User or Page"; its token begins with EAA.',
    })
  }
  return token
}

const tooLong = ({ length }: string): BotError =>
  unusable(`The text is longer than any token (${length} characters).`)

const unusable = (what: string): BotError =>
  new BotError('BOT_USER_TOKEN_INVALID', what, {
    remedy: 'Copy the whole user token and nothing else, and try again.',
  })
