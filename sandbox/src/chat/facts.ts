/** Page Inbox, the human's side (docs/messenger-platform.md#i). */
export const INBOX_APP_ID = '263902037430900'

const HOUR_MS = 3600_000
/** The standard messaging window. */
export const WINDOW_MS = 24 * HOUR_MS
/** How long a typing bubble stays by itself: often quoted as 20 s. */
export const TYPING_MS = 20_000
/** A thread's owner loses it after a day of silence. */
export const OWNERSHIP_MS = 24 * HOUR_MS
/** A visitor may change a message this often. */
export const MOST_EDITS = 5
