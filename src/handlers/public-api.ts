/**
 * The API for authors of code handlers, imported as `evergreen-messenger/handlers`. It stays compatible within a major version.
 */
export {
  defineBot,
  type Bot,
  type Context,
  type Handler,
  type Heard,
  type TapHandler,
  type TextHandler,
} from './bot.ts'
export {
  audio,
  buttons,
  callButton,
  cards,
  coupon,
  emailQuickReply,
  file,
  image,
  media,
  phoneQuickReply,
  postbackButton,
  quickReply,
  receipt,
  template,
  text,
  uploaded,
  urlButton,
  video,
  withQuickReplies,
} from './messages.ts'
