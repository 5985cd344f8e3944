/**
 * What Facebook accepts (reference F1, F5, F7, G), and what we accept of a script file. Lengths are in UTF-16 units, the
 * strictest way of counting.
 */
export const LIMITS = {
  /** "Less than 2000." */
  text: 1999,
  payload: 1000,
  quickReplies: 13,
  buttonTitle: 20,
  buttons: 3,
  buttonText: 640,
  cards: 10,
  cardTitle: 80,
  cardSubtitle: 80,
  receiptItems: 100,
  /** Not told anywhere; far more than anybody reads. */
  receiptText: 1000,
  couponCode: 100,
  greeting: 160,
  iceBreakers: 4,
  /** Longer ones are refused, although the reference does not say so. */
  iceBreaker: 80,
  menuItems: 20,
  commands: 100,
  commandName: 32,
  commandDescription: 64,
} as const

/** A script of 10,000 phrases has some 400 KiB. */
export const MAX_SCRIPT_BYTES = 512 * 1024
/** Anchors and aliases let a small file stand for a huge one; a file without them stays far below. */
export const MAX_SCRIPT_NODES = 300_000
/** How deep the payload of a raw template, and conditions in conditions, may be nested. */
export const MAX_TEMPLATE_DEPTH = 20
/** Mistakes told at a time: a reader corrects a few and tries again. */
export const MAX_MISTAKES = 100

/** Texts beyond Facebook's limit are split into so many messages at most. */
export const LONGEST_TEXT = LIMITS.text * 5
/** Nobody reads more at once; whatever happens, no event is answered with more. */
export const MOST_MESSAGES = 20
/** Beyond {@link LIMITS.quickReplies} they are shown page by page. */
export const MOST_CHOICES = 60
export const MOST_QUESTIONS = 30
/** Payloads of the bot's own buttons begin so; names of replies do not. */
export const OWN_PAYLOAD = 'evergreen:'
