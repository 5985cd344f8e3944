import type { Hint, Verdict } from './error.ts'

/** What Graph answered, as far as it decides the verdict. */
export interface GraphAnswer {
  code: number | null
  subcode: number | null
  message: string
  isTransient: boolean
  httpStatus: number
}

/** One line of the table. The first line that fits an answer decides. */
export interface VerdictRow {
  /** One code, a range of codes, or null for a number that Graph gives as a code here and as a subcode there. */
  code: number | readonly [from: number, to: number] | null
  /** `any`: whatever the subcode, or none. */
  subcode: number | 'any'
  /** Only where the message says so too; the codes alone do not tell these apart. */
  says?: RegExp
  verdict: Verdict
  /** What it means, as the end of a sentence: it is shown to the operator. */
  meaning: string
  /** What mends it, as one sentence; absent where the verdict says enough. */
  remedy?: string
  hint?: Hint
}

/**
 * The one place that knows Graph's error numbers. Where our verdict is finer than the reference's class, the ADR says why.
 *
 * @see reference C3, B2, B10, K13, K14; docs/adr/0011-where-verdicts-differ.md
 */
export const VERDICTS: readonly VerdictRow[] = [
  // Our own set-up. These come first: their numbers also mean harmless or deadly things.
  row(
    [0, 999],
    'any',
    'configuration',
    'the app id or app secret is wrong',
    /Error validating (application|client secret)/i,
  ),
  row(100, 'any', 'configuration', 'the app secret does not fit this app', /appsecret_proof/i),
  row(
    100,
    'any',
    'configuration',
    'the app id and app secret do not form an app token',
    /must provide an app access token/i,
  ),
  row(101, 'any', 'configuration', 'the app id or app secret is wrong'),

  // Token and session
  row(190, 458, 'token_invalid', 'the app was removed from the account of the person who made the token'),
  row(
    190,
    459,
    'token_invalid',
    'the person who made the token must first pass a security check on facebook.com',
  ),
  row(190, 460, 'token_invalid', 'the password was changed, or Facebook ended the session for security'),
  row(190, 463, 'token_invalid', 'the token has expired'),
  row(
    190,
    464,
    'token_invalid',
    'the account of the person who made the token must first be confirmed on facebook.com',
  ),
  row(190, 467, 'token_invalid', 'the token was revoked or has expired'),
  row(
    190,
    490,
    'token_invalid',
    'the person who made the token must first pass a security check on facebook.com',
  ),
  row(190, 492, 'token_invalid', 'the person who made the token no longer has a suitable role on the Page'),
  row(190, 'any', 'token_invalid', 'the token is invalid, expired or revoked'),
  row(102, 'any', 'token_invalid', 'the session of the person who made the token has ended'),
  row(452, 'any', 'token_invalid', 'the session key is invalid'),
  row(2500, 'any', 'bad_request', 'no access token was sent'),

  // Window and recipient: before permissions, whose numbers they share.
  row(10, 2018278, 'outside_window', 'the 24-hour window has closed'),
  row(10, 2534022, 'outside_window', 'the 24-hour window has closed'),
  row(10, 2018065, 'outside_window', 'the 24-hour window has closed'),
  row(10, 2018108, 'unreachable', 'this person cannot receive messages now'),
  row(10, 1893015, 'unreachable', 'this person stopped notifications on this topic'),
  row(10, 2018336, 'unreachable', 'regional privacy rules forbid this in the conversation'),
  row(551, 'any', 'unreachable', 'this person does not receive messages from the Page'),
  row(200, 1545041, 'unreachable', 'this person does not receive messages from the Page'),
  row(100, 2018001, 'unreachable', 'Facebook knows no such person for this Page'),
  row(100, 2534014, 'unreachable', 'Facebook knows no such person for this account'),
  either(2018218, 'unreachable', 'this person has no profile'),
  either(2018300, 'unreachable', 'another app or a person has taken over the conversation'),
  either(2018171, 'unreachable', 'another app has the say in this conversation'),
  either(2018234, 'unreachable', 'another app has the say in this conversation'),
  row(100, 2534037, 'unreachable', 'another app or a person has taken over the conversation'),
  either(2018321, 'transient', 'Messenger itself is answering in this conversation at the moment'),
  either(9000001, 'bad_request', 'the message was deleted'),

  // Policy
  row(10, 1893063, 'restricted', 'Facebook has temporarily restricted the Page from sending'),
  row(10, 1404170, 'restricted', 'Facebook has restricted the Page from marketing opt-in requests'),
  row(368, 'any', 'restricted', 'Facebook has temporarily blocked this for a policy violation'),
  row(2022, 'any', 'restricted', 'Facebook has disabled messaging after a commerce policy violation'),
  row(100, 2534029, 'restricted', 'Facebook has blocked the business from messaging'),

  // Permission
  row(3, 'any', 'permission', 'the app lacks the capability'),
  row(10, 2534077, 'permission', 'the Instagram link or its two-factor setting is in the way'),
  row(10, 'any', 'permission', 'a permission is missing or was removed'),
  row(
    200,
    2018028,
    'permission',
    'until pages_messaging is approved and the app is live, only people with a role on the app can be answered',
  ),
  row(
    200,
    2018027,
    'permission',
    'until it is approved, only people with a role on the app can be reached by phone number',
  ),
  row(200, 2018021, 'permission', 'matching people by phone number is not enabled'),
  row(200, 2534041, 'permission', 'the owner of the Instagram account has disabled access'),
  row([200, 299], 'any', 'permission', 'a permission is missing or was removed'),
  row(2, 2018344, 'permission', 'the Page Contact Terms are not accepted'),
  either(2018247, 'permission', 'the app may not read this profile'),

  // Rate
  row(4, 2018354, 'bad_request', 'this marketing message came sooner than its frequency allows'),
  row(4, 'any', 'rate_limited', 'the app has reached its request limit'),
  row(9, 2018352, 'rate_limited', 'there were too many opt-in requests'),
  row(17, 'any', 'rate_limited', 'the person has reached a request limit'),
  row(32, 'any', 'rate_limited', 'the Page has reached its request limit'),
  row(341, 'any', 'rate_limited', 'the app has reached its request limit'),
  row(613, 1893016, 'bad_request', 'this opt-in request was already made'),
  row(613, 'any', 'rate_limited', 'calls came too fast'),
  row([80001, 80014], 'any', 'rate_limited', 'the Page has reached its request limit'),

  // Transient
  row(1, 1357046, 'ambiguous', 'Facebook could not tell whether it was sent'),
  row(1, 2018382, 'bad_request', 'the instant form is wrong or not eligible'),
  {
    ...row(
      1,
      'any',
      'transient',
      'more data was asked for than Facebook gives at a time',
      /reduce the amount of data/i,
    ),
    hint: 'less_data',
  },
  row(1, 'any', 'transient', 'Facebook had an unknown error'),
  row(2, 'any', 'transient', 'a Facebook service failed'),
  row(1200, 'any', 'transient', 'sending failed for the moment'),
  row(-1, 'any', 'transient', 'Facebook had an internal error'),

  // Bad input
  {
    ...row(
      100,
      'any',
      'bad_request',
      'the token was made for another app',
      /app.?id in the input_token did not match/i,
    ),
    hint: 'another_app',
  },
  row(100, 33, 'bad_request', 'the object does not exist, or is not visible with this token'),
  row(100, 2018008, 'bad_request', 'Facebook could not fetch the file'),
  row(100, 2018014, 'bad_request', 'a message and a sender action were mixed in one call'),
  row(100, 2018015, 'bad_request', 'the call held neither a message nor a sender action'),
  row(100, 2018032, 'bad_request', 'the message holds invalid data'),
  row(100, 2018034, 'bad_request', 'the message is empty'),
  row(100, 2018040, 'bad_request', 'a postback button has no payload'),
  row(100, 2018041, 'bad_request', 'a link button has no address'),
  row(100, 2018053, 'bad_request', 'a button has no title'),
  row(100, 2018047, 'bad_request', 'the file does not have the type that was declared'),
  row(100, 2018074, 'bad_request', 'the attachment id is unknown or belongs to another Page'),
  row(100, 2018109, 'bad_request', 'the attachment is too large'),
  row(100, 2018164, 'bad_request', 'the app id for thread control is wrong'),
  row(100, 2018294, 'bad_request', 'the video is damaged or took too long to upload'),
  row(100, 2018320, 'bad_request', 'the product id is invalid'),
  row(100, 2018328, 'bad_request', 'the product template needs a newer Graph version'),
  row(100, 2534013, 'bad_request', 'Instagram refuses this message'),
  row(100, 2534015, 'bad_request', 'Instagram refuses this message'),
  row(100, 2534025, 'bad_request', 'Instagram refuses this message'),
  row(100, 'any', 'bad_request', 'a parameter is invalid, or a message tag no longer exists'),
  row(191, 'any', 'bad_request', 'the login code or its redirect address is wrong'),
  row(506, 'any', 'bad_request', 'it was already posted'),
  row(803, 'any', 'bad_request', 'the id does not exist'),
  row(10303, 'any', 'bad_request', 'the account linking token is wrong'),
  row(1609005, 'any', 'bad_request', 'the link could not be read'),
  ...[2018173, 2018175, 2018182, 2018183, 2018184, 2018185, 2018186, 2018187, 2018188].map((number) =>
    either(number, 'bad_request', 'the media template is wrong'),
  ),
]

/** The table's line for an answer, or undefined for an error nobody has described. */
export const findRow = (answer: Pick<GraphAnswer, 'code' | 'subcode' | 'message'>): VerdictRow | undefined =>
  VERDICTS.find((candidate) => fits(candidate, answer))

/** Decides what an error means. Unknown ones are worth a retry only where Graph or the status says so. */
export const decide = (answer: GraphAnswer): Verdict =>
  findRow(answer)?.verdict ?? (answer.isTransient || answer.httpStatus >= 500 ? 'transient' : 'bad_request')

const fits = (
  candidate: VerdictRow,
  { code, subcode, message }: Pick<GraphAnswer, 'code' | 'subcode' | 'message'>,
) => fitsNumbers(candidate, code, subcode) && (candidate.says?.test(message) ?? true)

const fitsNumbers = (candidate: VerdictRow, code: number | null, subcode: number | null): boolean => {
  if (candidate.code === null) return candidate.subcode === code || candidate.subcode === subcode
  if (code === null) return false
  const inCode =
    typeof candidate.code === 'number'
      ? candidate.code === code
      : code >= candidate.code[0] && code <= candidate.code[1]
  return inCode && (candidate.subcode === 'any' || candidate.subcode === subcode)
}

function row(
  code: VerdictRow['code'],
  subcode: VerdictRow['subcode'],
  verdict: Verdict,
  meaning: string,
  says?: RegExp,
): VerdictRow {
  return says ? { code, subcode, says, verdict, meaning } : { code, subcode, verdict, meaning }
}

function either(number: number, verdict: Verdict, meaning: string): VerdictRow {
  return row(null, number, verdict, meaning)
}
