import { LIMITS } from '../channel/messenger.ts'

/** A script of 10,000 phrases has some 400 KiB. */
export const MAX_SCRIPT_BYTES = 512 * 1024
/** Anchors and aliases let a small file stand for a huge one; a file without them stays far below. */
export const MAX_SCRIPT_NODES = 300_000
/** How deep the payload of a raw template, and conditions in conditions, may be nested. */
export const MAX_TEMPLATE_DEPTH = 20
/** Mistakes told at a time: a reader corrects a few and tries again. */
export const MAX_MISTAKES = 100
/** How many names are compared with misspelt ones, over all mistakes of a script: a tenth of a second. The first mistakes are told what is meant. */
export const MOST_COMPARED = 100_000
/** A mistake names so many of the names that would be right. */
export const MOST_NAMES_TOLD = 30

/** Texts beyond Facebook's limit are split into so many messages at most. */
export const LONGEST_TEXT = LIMITS.text * 5
/** The most messages for one event, from the script and from handlers alike: a visitor does not read more at once. */
export const MOST_MESSAGES = 20
/** Beyond {@link LIMITS.quickReplies} they are shown page by page. */
export const MOST_CHOICES = 60
export const MOST_QUESTIONS = 30
/** Payloads of the bot's own buttons begin so; names of replies do not. */
export const OWN_PAYLOAD = 'evergreen:'
