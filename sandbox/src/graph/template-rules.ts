import { checkButtons } from './button-rules.ts'
import { badParameter, GraphFailure, missingParameter, notOneOf } from './failure.ts'
import { FORM_TEMPLATES } from './form-template-rules.ts'
import { asText, type Params } from './params.ts'
import { checkReceipt } from './receipt-rules.ts'
import { DEFAULT_ACTION, PART, TEMPLATE } from './shapes.ts'
import { objectsIn, onlyObjectIn, optionalTextIn, optionalUrl, readObject, text } from './value-rules.ts'
import type { Belongings, TemplateRule } from './template-rule.ts'
import { checkWebview } from './webview-rules.ts'

/** Facebook's name for a template's payload in its refusals. */
const AT = 'name_placeholder'

/** Templates with their limits (docs/messenger-platform.md#f7). */
export const checkTemplate = (payload: Params, belongings: Belongings): void => {
  const type = asText(payload['template_type'])
  const [shape, check] = [own(TEMPLATE, type), own(TEMPLATES, type)]
  if (!shape || !check) throw badParameter('Invalid template type')
  check(readObject(payload, AT, shape), AT, belongings)
}

const generic: TemplateRule = (payload, at, { isWhitelisted }) => {
  for (const [element, name] of objectsIn(payload, 'elements', at, PART.card, { most: 10 })) {
    const others = ['subtitle', 'image_url', 'buttons']
    if (element['title'] === undefined || !others.some((other) => element[other] !== undefined)) {
      throw badParameter(
        'Incomplete element data: title and at least one other field (image url, subtitle or buttons) is required with non-empty value',
        2018035,
      )
    }
    text(element, 'title', name, 80)
    optionalTextIn(element, 'subtitle', name, 80)
    optionalUrl(element, 'image_url', name)
    // `item_url`, which default_action replaced in 2017, is still accepted, because libraries send it
    // (docs/messenger-platform.md#f7).
    optionalUrl(element, 'item_url', name)
    if (element['default_action'] !== undefined) {
      if (element['item_url'] !== undefined) {
        throw new GraphFailure({
          message: '(#1) Cannot specify both item_url and default_action',
          code: 1,
          error_subcode: 2018085,
        })
      }
      const action = readObject(element['default_action'], `${name}[default_action]`, DEFAULT_ACTION)
      if (action['type'] !== 'web_url') throw notOneOf(`${name}[default_action][type]`, ['web_url'])
      checkWebview(action, `${name}[default_action]`, isWhitelisted)
    }
    checkButtons(element, name, isWhitelisted)
  }
}

const media: TemplateRule = (payload, at, { hasAttachment, isWhitelisted }) => {
  const [element, name] = onlyObjectIn(payload, 'elements', at, PART.mediaElement)
  const mediaType = element['media_type']
  if (mediaType !== 'image' && mediaType !== 'video')
    throw notOneOf(`${name}[media_type]`, ['image', 'video'])
  const { url: address, attachment_id: id } = element
  if (typeof address === 'string') {
    if (id !== undefined) throw badParameter(`${name} takes url or attachment_id, not both`, 2018187)
    if (!/^https:\/\/([\w-]+\.)*facebook\.com\//.test(address)) {
      throw badParameter('Only Facebook URLs are allowed', 2018185)
    }
  } else if (id === undefined) throw badParameter(`${name} needs url or attachment_id`, 2018187)
  else if (!hasAttachment(asText(id))) throw badParameter('Invalid attachment id', 2018074)
  checkButtons(element, name, isWhitelisted, {
    only: ['web_url', 'postback', 'phone_number', 'account_link', 'account_unlink', 'game_play'],
  })
}

const coupon: TemplateRule = (payload, at) => {
  text(payload, 'title', at, 80)
  optionalTextIn(payload, 'subtitle', at, 80)
  const code = payload['coupon_code']
  if (code !== undefined) {
    text(payload, 'coupon_code', at, 1000)
    if (/\s/.test(asText(code))) throw badParameter(`Param ${at}[coupon_code] must not contain spaces`)
  }
  optionalUrl(payload, 'coupon_url', at)
  optionalUrl(payload, 'image_url', at)
  if (code === undefined && payload['coupon_url'] === undefined) throw missingParameter(`${at}[coupon_code]`)
}

const product: TemplateRule = (payload, at) => {
  for (const [element, name] of objectsIn(payload, 'elements', at, PART.product, { most: 10 })) {
    text(element, 'id', name, 100)
  }
  // Pages here have no catalogue.
  throw badParameter('Invalid product id', 2018320)
}

/** Always refused, because its forms are in the Ads Manager, which the sandbox does not have. */
const instantForm: TemplateRule = (payload, at) => {
  text(payload, 'form_id', at, 100)
  throw new GraphFailure({
    message: '(#1) The instant form id is wrong or the form is not eligible',
    code: 1,
    error_subcode: 2018382,
  })
}

/**
 * The request for marketing messages; the frequency is accepted and has had no meaning since v16 (docs/messenger-platform.md#e5).
 */
const notificationMessages: TemplateRule = (payload, at) => {
  text(payload, 'title', at, 65)
  text(payload, 'payload', at, 1000)
  optionalUrl(payload, 'image_url', at)
  oneOfIn(payload, 'notification_messages_frequency', at, ['DAILY', 'WEEKLY', 'MONTHLY'])
  oneOfIn(payload, 'notification_messages_reoptin', at, ['ENABLED', 'DISABLED'])
  oneOfIn(payload, 'notification_messages_cta_text', at, [
    'ALLOW',
    'FREQUENCY',
    'GET',
    'GET_UPDATES',
    'OPT_IN',
    'SIGN_UP',
  ])
}

const oneOfIn = (payload: Params, key: string, at: string, allowed: readonly string[]) => {
  const value = payload[key]
  if (value !== undefined && !allowed.includes(asText(value).toUpperCase()))
    throw notOneOf(`${at}[${key}]`, allowed)
}

const TEMPLATES: Record<string, TemplateRule> = {
  generic,
  button: (payload, at, { isWhitelisted }) => {
    text(payload, 'text', at, 640)
    checkButtons(payload, at, isWhitelisted, { required: true })
  },
  media,
  receipt: checkReceipt,
  coupon,
  product,
  instant_form: instantForm,
  notification_messages: notificationMessages,
  ...FORM_TEMPLATES,
}

const own = <Value>(table: Record<string, Value>, name: string): Value | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined
