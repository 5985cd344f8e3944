import { BUTTON, DEFAULT_ACTION, PART, PROFILE, SEND, TEMPLATE, type Shape } from '../src/graph/shapes.ts'

type Facts = Record<string, unknown>

/** One place where an object may stand: how Facebook names it, one that is taken there, and the call around it. */
interface Place {
  shape: Shape
  at: string
  full: Facts
  /** Keys without which it is refused. */
  needed?: string
  call: (object: Facts) => Call
}

export type Call = { send: Facts } | { profile: Facts } | { path: string; body: Facts }

export const URL_A = 'https://a.example/'
export const postback = { type: 'postback', title: 'a', payload: 'b' }
const webview = {
  url: URL_A,
  webview_height_ratio: 'tall',
  messenger_extensions: true,
  fallback_url: URL_A,
  webview_share_button: 'hide',
}
const message = (more: Facts) => ({ send: { message: more } })
const template = (payload: Facts) => message({ attachment: { type: 'template', payload } })
const card = (more: Facts) => template({ template_type: 'generic', elements: [{ title: 'a', ...more }] })
const feedback = (more: Facts, question: Facts = { id: 'q1', type: 'csat' }) => ({
  template_type: 'customer_feedback',
  title: 'a',
  feedback_screens: [{ questions: [question] }],
  business_privacy: { url: URL_A },
  ...more,
})
const receipt = (more: Facts) => ({
  template_type: 'receipt',
  recipient_name: 'a',
  order_number: 'b',
  currency: 'EUR',
  payment_method: 'c',
  summary: { total_cost: 5 },
  ...more,
})
const address = { street_1: 'a', street_2: 'b', city: 'c', postal_code: '1', state: 'd', country: 'DE' }
const image = { url: URL_A, is_hero_image: false, action: { type: 'postback', payload: 'a', text: 'b' } }
const grid = (more: Facts) =>
  template({ template_type: 'image_grid', elements: [{ images: [image, image], ...more }] })
const T = 'name_placeholder'
const E = `${T}[elements][0]`

const templates: Record<string, [Facts, string]> = {
  generic: [
    { elements: [{ title: 'a', subtitle: 'b' }], sharable: true, image_aspect_ratio: 'square' },
    'elements',
  ],
  button: [{ text: 'a', buttons: [postback], sharable: true }, 'text buttons'],
  media: [
    { elements: [{ media_type: 'image', url: 'https://www.facebook.com/1' }], sharable: true },
    'elements',
  ],
  receipt: [
    {
      ...receipt({ merchant_name: 'a', timestamp: '1767225600', order_url: URL_A, sharable: true, address }),
      elements: [{ title: 'a', price: 1 }],
      adjustments: [{ name: 'a', amount: 1 }],
    },
    'recipient_name order_number currency payment_method summary',
  ],
  coupon: [
    {
      title: 'a',
      subtitle: 'b',
      coupon_code: 'C',
      coupon_url: URL_A,
      coupon_url_button_title: 'd',
      coupon_pre_message: 'e',
      image_url: URL_A,
      payload: 'f',
    },
    'title',
  ],
  customer_feedback: [
    feedback({ subtitle: 'b', button_title: 'c', expires_in_days: 3 }),
    'title feedback_screens business_privacy',
  ],
  customer_information: [
    { countries: ['DE'], business_privacy: { url: URL_A }, expires_in_days: 3 },
    'business_privacy',
  ],
  image_grid: [{ elements: [{ images: [image, image] }], sharable: true }, 'elements'],
  notification_messages: [
    {
      title: 'a',
      payload: 'b',
      image_url: URL_A,
      notification_messages_frequency: 'DAILY',
      notification_messages_reoptin: 'ENABLED',
      notification_messages_timezone: 'Europe/Berlin',
      notification_messages_cta_text: 'ALLOW',
    },
    'title payload',
  ],
}

const buttons: Record<string, [Facts, string]> = {
  web_url: [{ title: 'a', ...webview }, 'title url'],
  postback: [{ title: 'a', payload: 'b' }, 'title payload'],
  phone_number: [{ title: 'a', payload: '+15551234567' }, 'title payload'],
  account_link: [{ url: URL_A }, 'url'],
  account_unlink: [{}, ''],
  game_play: [{ title: 'a', payload: 'b', game_metadata: { player_id: '1' } }, 'title'],
  audio_call: [{ title: 'a', expires_in_days: 3 }, 'title'],
}

const MENU = { locale: 'default', composer_input_disabled: false, call_to_actions: [postback] }

/** Every place of a send and of the profile where an object may stand. */
export const places = (psid: string, mid: string): Place[] => [
  {
    shape: SEND.recipient,
    at: 'recipient',
    full: { id: psid },
    needed: 'id',
    call: (recipient) => ({ send: { recipient, message: { text: 'a' } } }),
  },
  {
    shape: SEND.message,
    at: 'message',
    full: { text: 'a', quick_replies: [{ content_type: 'user_email' }], metadata: 'b' },
    needed: 'text',
    call: message,
  },
  {
    shape: SEND.attachment,
    at: 'message[attachment]',
    full: { type: 'image', payload: { url: URL_A } },
    needed: 'type payload',
    call: (attachment) => message({ attachment }),
  },
  {
    shape: SEND.attachment,
    at: 'message[attachments][1]',
    full: { type: 'image', payload: { url: URL_A } },
    needed: 'type payload',
    call: (second) => message({ attachments: [{ type: 'image', payload: { url: URL_A } }, second] }),
  },
  {
    shape: SEND.media,
    at: 'message[attachment][payload]',
    full: { url: URL_A, is_reusable: true },
    needed: 'url',
    call: (payload) => message({ attachment: { type: 'image', payload } }),
  },
  {
    shape: SEND.attachment,
    at: 'message[attachment]',
    full: { type: 'image', payload: { url: URL_A, is_reusable: true } },
    needed: 'type payload',
    call: (attachment) => ({ path: 'message_attachments', body: { message: { attachment } } }),
  },
  {
    shape: SEND.message,
    at: 'message',
    full: { attachment: { type: 'image', payload: { url: URL_A, is_reusable: true } } },
    needed: 'attachment',
    call: (one) => ({ path: 'message_attachments', body: { message: one } }),
  },
  {
    shape: SEND.quickReply,
    at: 'message[quick_replies][0]',
    full: { content_type: 'text', title: 'a', payload: 'b', image_url: URL_A },
    needed: 'content_type',
    call: (reply) => message({ text: 'a', quick_replies: [reply] }),
  },
  {
    shape: SEND.replyTo,
    at: 'reply_to',
    full: { mid },
    needed: 'mid',
    call: (replyTo) => ({ send: { message: { text: 'a' }, reply_to: replyTo } }),
  },
  {
    shape: SEND.threadControl,
    at: 'thread_control',
    full: { control_type: 'release', metadata: 'a' },
    needed: 'control_type',
    call: (control) => ({ send: { message: { text: 'a' }, thread_control: control } }),
  },
  {
    shape: SEND.reaction,
    at: 'payload',
    full: { message_id: mid, reaction: '😊' },
    needed: 'message_id reaction',
    call: (payload) => ({ send: { sender_action: 'react', payload } }),
  },
  ...Object.entries(templates).map(([type, [facts, needed]]): Place => ({
    shape: TEMPLATE[type] as Shape,
    at: T,
    full: { template_type: type, ...facts },
    needed: `template_type ${needed}`,
    call: template,
  })),
  ...Object.entries(buttons).map(([type, [facts, needed]]): Place => ({
    shape: BUTTON[type] as Shape,
    at: `${T}[buttons][0]`,
    full: { type, ...facts },
    needed: `type ${needed}`,
    call: (button) => template({ template_type: 'button', text: 'a', buttons: [button] }),
  })),
  {
    shape: PART.card,
    at: E,
    full: {
      title: 'a',
      subtitle: 'b',
      image_url: URL_A,
      default_action: { type: 'web_url', url: URL_A },
      buttons: [postback],
    },
    needed: 'title',
    call: (element) => template({ template_type: 'generic', elements: [element] }),
  },
  {
    shape: DEFAULT_ACTION,
    at: `${E}[default_action]`,
    full: { type: 'web_url', ...webview },
    needed: 'type url',
    call: (action) => card({ subtitle: 'b', default_action: action }),
  },
  {
    shape: PART.mediaElement,
    at: E,
    full: { media_type: 'image', url: 'https://www.facebook.com/1', buttons: [postback] },
    needed: 'media_type url',
    call: (element) => template({ template_type: 'media', elements: [element] }),
  },
  {
    shape: PART.receiptElement,
    at: E,
    full: { title: 'a', subtitle: 'b', quantity: 1, price: 2, currency: 'EUR', image_url: URL_A },
    needed: 'title price',
    call: (element) => template(receipt({ elements: [element] })),
  },
  {
    shape: PART.receiptSummary,
    at: `${T}[summary]`,
    full: { subtotal: 1, shipping_cost: 1, total_tax: 1, total_cost: 3 },
    needed: 'total_cost',
    call: (summary) => template(receipt({ summary })),
  },
  {
    shape: PART.receiptAdjustment,
    at: `${T}[adjustments][0]`,
    full: { name: 'a', amount: 1 },
    call: (adjustment) => template(receipt({ adjustments: [adjustment] })),
  },
  {
    shape: PART.address,
    at: `${T}[address]`,
    full: address,
    needed: 'street_1 city postal_code state country',
    call: (one) => template(receipt({ address: one })),
  },
  {
    shape: PART.screen,
    at: `${T}[feedback_screens][0]`,
    full: { screen_id: 0, questions: [{ id: 'q1', type: 'csat' }] },
    needed: 'questions',
    call: (screen) => template(feedback({ feedback_screens: [screen] })),
  },
  {
    shape: PART.question,
    at: `${T}[feedback_screens][0][questions][0]`,
    full: {
      id: 'q1',
      type: 'csat',
      title: 'How was it?',
      score_label: 'neg_pos',
      score_option: 'five_stars',
      follow_up: { type: 'free_form' },
    },
    needed: 'id type',
    call: (question) => template(feedback({}, question)),
  },
  {
    shape: PART.followUp,
    at: `${T}[feedback_screens][0][questions][0][follow_up]`,
    full: { type: 'free_form', placeholder: 'Why?' },
    needed: 'type',
    call: (followUp) => template(feedback({}, { id: 'q1', type: 'csat', follow_up: followUp })),
  },
  {
    shape: PART.privacy,
    at: `${T}[business_privacy]`,
    full: { url: URL_A },
    needed: 'url',
    call: (privacy) => template(feedback({ business_privacy: privacy })),
  },
  {
    shape: PART.gridElement,
    at: E,
    full: { images: [image, image], title: 'a', subtitle: 'b', buttons: [postback] },
    needed: 'images',
    call: (element) => template({ template_type: 'image_grid', elements: [element] }),
  },
  {
    shape: PART.gridImage,
    at: `${E}[images][0]`,
    full: image,
    needed: 'url',
    call: (one) => grid({ images: [one, image] }),
  },
  {
    shape: PART.gridAction,
    at: `${E}[images][0][action]`,
    full: image.action,
    needed: 'type payload',
    call: (action) => grid({ images: [{ ...image, action }, image] }),
  },
  {
    shape: PROFILE.getStarted,
    at: 'get_started',
    full: { payload: 'a' },
    needed: 'payload',
    call: (started) => ({ profile: { get_started: started } }),
  },
  {
    shape: PROFILE.greeting,
    at: 'greeting[0]',
    full: { locale: 'default', text: 'a' },
    needed: 'locale text',
    call: (greeting) => ({ profile: { greeting: [greeting] } }),
  },
  {
    shape: PROFILE.iceBreakers,
    at: 'ice_breakers[0]',
    full: { locale: 'default', call_to_actions: [{ question: 'a', payload: 'b' }] },
    needed: 'locale call_to_actions',
    call: (group) => ({ profile: { ice_breakers: [group] } }),
  },
  {
    shape: PROFILE.iceBreaker,
    at: 'ice_breakers[0][call_to_actions][0]',
    full: { question: 'a', payload: 'b' },
    needed: 'question payload',
    call: (one) => ({ profile: { ice_breakers: [{ locale: 'default', call_to_actions: [one] }] } }),
  },
  {
    shape: PROFILE.menu,
    at: 'persistent_menu[0]',
    full: { ...MENU, disabled_surfaces: ['CUSTOMER_CHAT_PLUGIN'] },
    needed: 'locale',
    call: (menu) => ({ profile: { persistent_menu: [menu] } }),
  },
  {
    shape: PROFILE.menu,
    at: 'persistent_menu[0]',
    full: MENU,
    needed: 'locale',
    call: (menu) => ({ path: 'custom_user_settings', body: { psid, persistent_menu: [menu] } }),
  },
  {
    shape: PROFILE.menuItem,
    at: 'persistent_menu[0][call_to_actions][0]',
    full: { type: 'web_url', title: 'a', ...webview },
    needed: 'type title url',
    call: (item) => ({ profile: { persistent_menu: [{ locale: 'default', call_to_actions: [item] }] } }),
  },
  {
    shape: PROFILE.commandGroup,
    at: 'commands[0]',
    full: { locale: 'default', commands: [{ name: 'a', description: 'b' }] },
    needed: 'locale commands',
    call: (group) => ({ profile: { commands: [group] } }),
  },
  {
    shape: PROFILE.command,
    at: 'commands[0][commands][0]',
    full: { name: 'a', description: 'b' },
    needed: 'name description',
    call: (command) => ({ profile: { commands: [{ locale: 'default', commands: [command] }] } }),
  },
  {
    shape: PROFILE.homeUrl,
    at: 'home_url',
    full: { url: URL_A, webview_height_ratio: 'tall', webview_share_button: 'hide', in_test: true },
    needed: 'url',
    call: (home) => ({ profile: { home_url: home } }),
  },
  {
    shape: PROFILE.paymentSettings,
    at: 'payment_settings',
    full: { privacy_url: URL_A, public_key: 'a', testers: ['1'] },
    call: (settings) => ({ profile: { payment_settings: settings } }),
  },
  {
    shape: PROFILE.targetAudience,
    at: 'target_audience',
    full: { audience_type: 'all', countries: { whitelist: ['DE'] } },
    call: (audience) => ({ profile: { target_audience: audience } }),
  },
]
