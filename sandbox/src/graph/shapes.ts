/**
 * The keys that an object of a send or of a profile may have. Facebook refuses every other key (`Invalid keys "preview" were
 * found in param "message".`), even one whose value is null.
 */
export interface Shape {
  keys: readonly string[]
  /** Keys whose empty text is refused; for other keys an empty text counts as absent. */
  notEmpty?: readonly string[]
}

const shape = (keys: string, notEmpty = ''): Shape => ({
  keys: keys.trim().split(/\s+/),
  ...(notEmpty !== '' && { notEmpty: notEmpty.split(' ') }),
})

/**
 * docs/messenger-platform.md#f1, #f5, #f6, #i. `name` comes with `phone_number` and `notification_message_token` is how the coupon page spells it.
 */
export const SEND = {
  recipient: shape(
    'id user_ref comment_id post_id notification_messages_token notification_message_token phone_number name',
  ),
  message: shape('text attachment attachments quick_replies metadata sticker_id template'),
  attachment: shape('type payload'),
  media: shape('url attachment_id is_reusable'),
  quickReply: shape('content_type title payload image_url'),
  replyTo: shape('mid'),
  threadControl: shape('control_type app_id metadata'),
  reaction: shape('message_id reaction'),
  utility: shape('name language components'),
  language: shape('code policy'),
}

/** docs/messenger-platform.md#f7: a template of utility messages, and what a send fills in. */
export const UTILITY = {
  header: shape('type format text example', 'text'),
  body: shape('type text example', 'text'),
  buttons: shape('type buttons'),
  headerExample: shape('header_text header_text_named_params'),
  bodyExample: shape('body_text body_text_named_params'),
  urlExample: shape('url_suffix_example'),
  POSTBACK: shape('type text payload', 'text'),
  URL: shape('type text url example', 'text'),
  filled: shape('type parameters'),
  filledByPosition: shape('type text'),
  filledByName: shape('type text parameter_name'),
  filledPostback: shape('type payload'),
  filledUrl: shape('type url'),
}

/** docs/messenger-platform.md#f7, by `template_type`; `image_aspect_ratio` of a generic template is from its older page. */
export const TEMPLATE: Record<string, Shape> = {
  generic: shape('template_type elements sharable image_aspect_ratio'),
  button: shape('template_type text buttons sharable'),
  media: shape('template_type elements sharable'),
  receipt: shape(
    `template_type recipient_name merchant_name order_number currency payment_method timestamp order_url elements address
     summary adjustments sharable`,
  ),
  coupon: shape(
    `template_type title subtitle coupon_code coupon_url coupon_url_button_title coupon_pre_message image_url payload`,
  ),
  product: shape('template_type elements sharable'),
  instant_form: shape('template_type form_id'),
  customer_feedback: shape(
    'template_type title subtitle button_title feedback_screens business_privacy expires_in_days',
  ),
  customer_information: shape('template_type countries business_privacy expires_in_days'),
  notification_messages: shape(
    `template_type title image_url payload notification_messages_frequency notification_messages_reoptin
     notification_messages_timezone notification_messages_cta_text`,
  ),
  image_grid: shape('template_type elements sharable'),
}

/** The objects inside a template's payload. */
export const PART = {
  card: shape('title subtitle image_url item_url default_action buttons', 'title'),
  mediaElement: shape('media_type url attachment_id buttons'),
  receiptElement: shape('title subtitle quantity price currency image_url'),
  receiptSummary: shape('subtotal shipping_cost total_tax total_cost'),
  receiptAdjustment: shape('name amount'),
  address: shape('street_1 street_2 city postal_code state country'),
  product: shape('id'),
  screen: shape('screen_id questions'),
  question: shape('id type title score_label score_option follow_up'),
  followUp: shape('type placeholder'),
  privacy: shape('url'),
  gridElement: shape('images title subtitle buttons'),
  gridImage: shape('url is_hero_image action'),
  gridAction: shape('type url payload text'),
}

const WEBVIEW = 'url webview_height_ratio messenger_extensions fallback_url webview_share_button'

/** docs/messenger-platform.md#f7, by `type`. */
export const BUTTON: Record<string, Shape> = {
  web_url: shape(`type title ${WEBVIEW}`, 'title'),
  postback: shape('type title payload', 'title'),
  phone_number: shape('type title payload', 'title'),
  account_link: shape('type url'),
  account_unlink: shape('type'),
  game_play: shape('type title payload game_metadata', 'title'),
  audio_call: shape('type title expires_in_days', 'title'),
}

/** The action of a whole card: a `web_url` button without title. */
export const DEFAULT_ACTION = shape(`type ${WEBVIEW}`)

/** docs/messenger-platform.md#g. */
export const PROFILE = {
  getStarted: shape('payload'),
  greeting: shape('locale text'),
  iceBreakers: shape('locale call_to_actions'),
  iceBreaker: shape('question payload'),
  menu: shape('locale composer_input_disabled call_to_actions disabled_surfaces'),
  menuItem: shape(`type title payload ${WEBVIEW}`),
  commandGroup: shape('locale commands'),
  command: shape('name description'),
  homeUrl: shape('url webview_height_ratio webview_share_button in_test'),
  paymentSettings: shape('privacy_url public_key testers'),
  targetAudience: shape('audience_type countries'),
}
