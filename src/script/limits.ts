import { LIMITS } from '../channel/messenger.ts'

/** A script with 10,000 phrases has some 400 KiB. */
export const MAX_SCRIPT_BYTES = 512 * 1024
/** Anchors and aliases let a small file expand into a huge one; a file without them stays far below. */
export const MAX_SCRIPT_NODES = 300_000
/** How deep the payload of a raw template, or conditions in conditions, may be nested. */
export const MAX_TEMPLATE_DEPTH = 20
/** Mistakes in one message: a writer corrects a few and checks again. */
export const MAX_MISTAKES = 100
/**
 * How many names are compared with misspelt ones, over all mistakes of a script; takes a tenth of a second. Only the first mistakes get a
 * hint "Did you mean".
 */
export const MOST_COMPARED = 100_000
/** A mistake lists at most this many correct names. */
export const MOST_NAMES_TOLD = 30

/** The reason of a limit, for messages about mistakes. */
export const FACEBOOK = "Facebook's limit"
/** A text beyond Facebook's limit is split into at most this many messages. */
export const LONGEST_TEXT = LIMITS.text * 5
/** The most messages for one event, from the script and from handlers: a visitor does not read more at once. */
export const MOST_MESSAGES = 20
/** More choices than {@link LIMITS.quickReplies} are shown page by page. */
export const MOST_CHOICES = 60
export const MOST_QUESTIONS = 30
/** Prefix of the payloads of the bot's own buttons; names of replies must not begin so. */
export const OWN_PAYLOAD = 'evergreen:'
