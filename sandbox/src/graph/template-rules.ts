import { checkButtons } from './button-rules.ts'
import { badParameter, GraphFailure, missingParameter, notOneOf } from './failure.ts'
import { FORM_TEMPLATES } from './form-template-rules.ts'
import { asText, isObject, type Params } from './params.ts'
import {
  number,
  objectIn,
  objectsIn,
  onlyObjectIn,
  optionalTextIn,
  optionalUrl,
  text,
  url,
} from './value-rules.ts'

/** What only the Page's belongings can tell about a template. */
export interface Belongings {
  hasAttachment: (id: string) => boolean
}

/** Templates with their limits (reference F7). */
export const checkTemplate = (payload: Params, belongings: Belongings): void => {
  const type = payload['template_type']
  const check = typeof type === 'string' && Object.hasOwn(TEMPLATES, type) ? TEMPLATES[type] : undefined
  if (!check) throw notOneOf(`${AT}[template_type]`, Object.keys(TEMPLATES))
  check(payload, AT, belongings)
}

export type TemplateRule = (payload: Params, name: string, belongings: Belongings) => void

const AT = 'message[attachment][payload]'

const generic: TemplateRule = (payload, at) => {
  for (const [element, name] of objectsIn(payload, 'elements', at, [1, 10])) {
    text(element, 'title', name, 80)
    optionalTextIn(element, 'subtitle', name, 80)
    optionalUrl(element, 'image_url', name)
    const others = ['subtitle', 'image_url', 'default_action', 'buttons']
    if (!others.some((other) => element[other] !== undefined)) {
      throw badParameter(`${name} needs at least one more property beside its title`)
    }
    const action = element['default_action']
    if (action !== undefined) {
      if (!isObject(action) || action['type'] !== 'web_url' || action['title'] !== undefined) {
        throw badParameter(`Param ${name}[default_action] must be a web_url button without title`)
      }
      url(action, 'url', `${name}[default_action]`)
    }
    checkButtons(element, name)
  }
}

const media: TemplateRule = (payload, at, { hasAttachment }) => {
  const [element, name] = onlyObjectIn(payload, 'elements', at)
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
  checkButtons(element, name, {
    only: ['web_url', 'postback', 'phone_number', 'account_link', 'account_unlink', 'game_play'],
  })
}

const receipt: TemplateRule = (payload, at) => {
  for (const key of ['recipient_name', 'order_number', 'currency', 'payment_method']) {
    text(payload, key, at, 1000)
  }
  if (!/^[A-Z]{3}$/.test(asText(payload['currency']))) {
    throw badParameter(`Param ${at}[currency] must be a currency of three letters`)
  }
  number(objectIn(payload, 'summary', at), 'total_cost', `${at}[summary]`)
  optionalUrl(payload, 'order_url', at)
  if (payload['timestamp'] !== undefined) number(payload, 'timestamp', at)
  if (payload['elements'] !== undefined) {
    for (const [element, name] of objectsIn(payload, 'elements', at, [0, 100])) {
      text(element, 'title', name, 1000)
      number(element, 'price', name)
    }
  }
  if (payload['adjustments'] !== undefined) objectsIn(payload, 'adjustments', at, [0, 100])
  const address = payload['address'] === undefined ? undefined : objectIn(payload, 'address', at)
  if (address) {
    for (const key of ['street_1', 'city', 'postal_code', 'state', 'country']) {
      text(address, key, `${at}[address]`, 1000)
    }
  }
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
  for (const [element, name] of objectsIn(payload, 'elements', at, [1, 10])) text(element, 'id', name, 100)
  // Pages here have no catalogue.
  throw badParameter('The product id is invalid or not owned by the catalog of this Page', 2018320)
}

/** Its forms live in the Ads Manager, which is not here. */
const instantForm: TemplateRule = (payload, at) => {
  text(payload, 'form_id', at, 100)
  throw new GraphFailure({
    message: '(#1) The instant form id is wrong or the form is not eligible',
    code: 1,
    error_subcode: 2018382,
  })
}

const TEMPLATES: Record<string, TemplateRule> = {
  generic,
  button: (payload, at) => {
    text(payload, 'text', at, 640)
    checkButtons(payload, at, { least: 1 })
  },
  media,
  receipt,
  coupon,
  product,
  instant_form: instantForm,
  ...FORM_TEMPLATES,
}
