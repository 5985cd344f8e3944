/** Remedies for refusals, as one or two sentences for the operator; data of the table in `verdicts.ts`. */

export const SUPPORTED_VERSION =
  'Set FB_GRAPH_VERSION to a version that App Dashboard > App settings > Advanced offers, or leave it out, and restart the bot.'
export const NO_TOKEN = {
  remedy:
    'See that no proxy between this machine and Facebook takes away the Authorization header, and that App Dashboard > App settings > Advanced says no to "Native or desktop app?" (`npm run doctor` tells what Facebook answers); then run `npm run bootstrap-token` if it still says so.',
  byToken: true,
}
export const TURN_ON_TWO_FACTOR =
  'The person who made the token turns on two-factor authentication on facebook.com (Settings > Password and security), then run `npm run bootstrap-token` as that person.'
export const PAGE_ROLE = {
  remedy:
    'Give the person the task "Messages" on the Page again (Page settings > Page access), or let that person turn on two-factor authentication; then run `npm run bootstrap-token` with a new user token of that person.',
  byToken: true,
}
export const PUBLISH_AGAIN = {
  remedy:
    'Publish the Page again, or see on facebook.com what keeps it from being shown; then run `npm run bootstrap-token` if the bot does not go on by itself within a quarter of an hour.',
  byToken: true,
}
export const CONNECT_ANEW = {
  remedy:
    'Connect the Page under its new id, which Facebook names here: run `npm run bootstrap-token`. Replies that wait for the old id cannot be sent.',
  byToken: true,
}
export const PASS_CHECKPOINT = {
  remedy:
    'Log in to facebook.com as the person who made the token, and do what Facebook asks for there; then run `npm run bootstrap-token` if the bot does not go on by itself within a quarter of an hour.',
  byToken: true,
}
export const CONFIRM_IDENTITY =
  'Open Facebook on the phone as the person who manages the Page, and confirm the identity as asked there (facebook.com/id). A new token does not help; sending is tried again by itself.'
const GRANTED =
  '; then run `npm run bootstrap-token` as that person, and grant pages_manage_metadata for this very Page.'
export const MODERATION = {
  remedy: `Give the person who made the token the moderation task on the Page (Page settings > Page access)${GRANTED}`,
  byToken: true,
}
export const MODERATION_AND_TWO_FACTOR = {
  remedy: `Give the person who made the token the moderation task on the Page (Page settings > Page access), and let that person turn on two-factor authentication where the business of the Page demands it${GRANTED}`,
  byToken: true,
}
export const NEW_APP = {
  remedy:
    'Where App Dashboard no longer shows the app of FB_APP_ID, make a new one, set FB_APP_ID and FB_APP_SECRET to it and restart the bot; then run `npm run bootstrap-token` with a user token of that app.',
  byToken: true,
}
export const TICK_ALL = {
  remedy:
    'In the dialog of the login tick this Page, every other Page of the bot and every permission, as a login replaces what was granted before: run `npm run bootstrap-token`.',
  byToken: true,
}
export const LOGIN_AGAIN =
  'Start the login again; the code it ends with is good once, and only for a few minutes.'
export const REDIRECT =
  'Enter the address that the login comes back to, letter by letter, in App Dashboard > Facebook Login > Settings > Valid OAuth Redirect URIs, and start the login again.'
export const BE_DEFAULT_APP =
  "Make this app the default app of the Page (Page settings > Conversation routing), or see which other app answers there; it may be Meta's own AI (Meta Business Suite > Inbox > Automations). Replies that wait are tried again by themselves; the first one is a dead letter (`npm run dead-letters`)."
export const MENU_OF_DEFAULT_APP =
  'Make this app the default app of the Page (Page settings > Conversation routing), or take `menu` out of `profile` in the script (BOT_SCRIPT): Facebook takes a menu from no other app, and without it the rest of the profile is set. A new token does not help; it is tried again by itself.'
export const NOT_LIVE =
  'Have pages_messaging approved (App Dashboard > App Review) and publish the app, or give the person a role in it (App roles > Roles). A new token does not help; sending is tried again by itself.'
export const NO_DESKTOP_APP =
  'Say no to "Native or desktop app?" in App Dashboard > App settings > Advanced: for such an app Facebook takes neither its secret nor its app token. A new token does not help.'
export const NO_OPT_IN_REQUESTS =
  'Have the code handler send no template notification_messages to these visitors; other visitors are answered. A new token does not help; sending is tried again by itself until the 24 hours are over.'
export const MESSAGES_ON =
  'Turn messages on in the settings of the Page on facebook.com. A new token does not help; sending is tried again by itself.'
export const ANOTHER_PROGRAM =
  'Facebook does not answer like this, so another program has answered in its place: see what stands between this machine and Facebook, such as a proxy (HTTPS_PROXY), a firewall, or the gateway of FB_GRAPH_URL. The bot tries again by itself; a command is to be repeated.'
export const CALL_CHANGED =
  'No message is at fault: see whether a proxy (HTTPS_PROXY), a firewall or the gateway of FB_GRAPH_URL drops or changes the bodies of calls, that FB_GRAPH_VERSION is a version App Dashboard > App settings > Advanced offers, and whether there is a newer version of this program. Sending is tried again by itself until the 24 hours are over.'
