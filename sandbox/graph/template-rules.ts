import { badParameter, missingParameter, notOneOf, tooLong } from './failure.ts'
import { isObject, type Params } from './params.ts'

/** Templates and buttons with their limits (reference F7). */
export const checkTemplate = (payload: Params): void => {
  const type = payload['template_type']
  const check = typeof type === 'string' && Object.hasOwn(TEMPLATES, type) ? TEMPLATES[type] : undefined
  if (!check) throw notOneOf(`${AT}[template_type]`, Object.keys(TEMPLATES))
  check(payload)
}

const AT = 'message[attachment][payload]'

const TEMPLATES: Record<string, (payload: Params) => void> = {
  generic: (payload) => {
    for (const [element, name] of elements(payload, 1, 10)) {
      text(element, 'title', name, 80)
      optional(element, 'subtitle', name, 80)
      const others = ['subtitle', 'image_url', 'default_action', 'buttons']
      if (!others.some((other) => element[other] !== undefined)) {
        throw badParameter(`${name} needs at least one more property beside its title`)
      }
      const action = element['default_action']
      if (action !== undefined) {
        if (!isObject(action) || action['type'] !== 'web_url' || action['title'] !== undefined) {
          throw badParameter(`Param ${name}[default_action] must be a web_url button without title`)
        }
        url(action, `${name}[default_action]`)
      }
      buttons(element, name, 0)
    }
  },
  button: (payload) => {
    text(payload, 'text', AT, 640)
    buttons(payload, AT, 1)
  },
  media: (payload) => {
    const [[element, name] = missing()] = elements(payload, 1, 1)
    const mediaType = element['media_type']
    if (mediaType !== 'image' && mediaType !== 'video')
      throw notOneOf(`${name}[media_type]`, ['image', 'video'])
    if (typeof element['url'] !== 'string') {
      throw element['attachment_id'] === undefined
        ? badParameter(`${name} needs url or attachment_id`, 2018187)
        : badParameter('Invalid attachment id', 2018074)
    }
    if (!/^https:\/\/([\w-]+\.)*facebook\.com\//.test(element['url'])) {
      throw badParameter('Only Facebook URLs are allowed', 2018185)
    }
    buttons(element, name, 0)
  },
  receipt: (payload) => {
    for (const key of ['recipient_name', 'order_number', 'currency', 'payment_method'])
      text(payload, key, AT, 1000)
    const summary = payload['summary']
    if (!isObject(summary) || !Number.isFinite(Number(summary['total_cost'] ?? Number.NaN))) {
      throw missingParameter(`${AT}[summary][total_cost]`)
    }
    if (payload['elements'] !== undefined) elements(payload, 0, 100)
  },
  coupon: (payload) => {
    text(payload, 'title', AT, 80)
    optional(payload, 'subtitle', AT, 80)
    const code = payload['coupon_code']
    if (typeof code === 'string' && /\s/.test(code))
      throw badParameter(`Param ${AT}[coupon_code] must not contain spaces`)
    if (code === undefined && payload['coupon_url'] === undefined)
      throw missingParameter(`${AT}[coupon_code]`)
  },
  customer_feedback: (payload) => {
    text(payload, 'title', AT, 65)
    optional(payload, 'subtitle', AT, 80)
    optional(payload, 'button_title', AT, 20)
    const privacy = payload['business_privacy']
    if (!isObject(privacy)) throw missingParameter(`${AT}[business_privacy]`)
    url(privacy, `${AT}[business_privacy]`)
    const screens = payload['feedback_screens']
    if (!Array.isArray(screens) || screens.length !== 1)
      throw badParameter(`Param ${AT}[feedback_screens] must have one element`)
  },
  image_grid: (payload) => {
    const [[element, name] = missing()] = elements(payload, 1, 1)
    optional(element, 'title', name, 45)
    optional(element, 'subtitle', name, 80)
    const images = element['images']
    if (!Array.isArray(images) || images.length < 2 || images.length > 6) {
      throw badParameter(`Param ${name}[images] must have 2 to 6 elements`)
    }
    buttons(element, name, 0)
  },
}

const BUTTONS: Record<string, (button: Params, name: string) => void> = {
  web_url: (button, name) => {
    title(button, name)
    if (typeof button['url'] !== 'string')
      throw badParameter(`Param ${name}[url] must be a valid URL`, 2018041)
    url(button, name)
  },
  postback: (button, name) => {
    title(button, name)
    const payload = button['payload']
    if (typeof payload !== 'string' || payload === '') throw badParameter(`${name} needs a payload`, 2018040)
    if (payload.length > 1000) throw tooLong(`${name}[payload]`, 1000)
  },
  phone_number: (button, name) => {
    title(button, name)
    text(button, 'payload', name, 1000)
  },
  account_link: url,
  account_unlink: () => undefined,
  game_play: title,
  audio_call: title,
}

function buttons(holder: Params, name: string, least: number): void {
  const list = holder['buttons']
  if (list === undefined && least === 0) return
  if (!Array.isArray(list) || list.length < least) throw missingParameter(`${name}[buttons]`)
  if (list.length > 3) throw badParameter(`Param ${name}[buttons] has too many elements.`)
  for (const [index, button] of list.entries()) {
    const at = `${name}[buttons][${index}]`
    if (!isObject(button)) throw badParameter(`Param ${at} must be an object`)
    const type = button['type']
    const check = typeof type === 'string' && Object.hasOwn(BUTTONS, type) ? BUTTONS[type] : undefined
    if (!check) throw notOneOf(`${at}[type]`, Object.keys(BUTTONS))
    check(button, at)
  }
}

function title(button: Params, name: string): void {
  const value = button['title']
  if (typeof value !== 'string' || value === '') throw badParameter(`${name} needs a title`, 2018053)
  if (value.length > 20) throw tooLong(`${name}[title]`, 20)
}

function url(holder: Params, name: string): void {
  const value = holder['url']
  const protocol = typeof value === 'string' ? URL.parse(value)?.protocol : undefined
  if (protocol !== 'https:' && protocol !== 'http:')
    throw badParameter(`Param ${name}[url] must be a valid URL`)
  if (holder['messenger_extensions'] === true && protocol !== 'https:') {
    throw badParameter(`Param ${name}[url] must be https with messenger_extensions`)
  }
}

const elements = (payload: Params, least: number, most: number): [Params, string][] => {
  const list = payload['elements']
  if (!Array.isArray(list) || list.length < least) throw missingParameter(`${AT}[elements]`)
  if (list.length > most) throw badParameter(`Param ${AT}[elements] has too many elements.`)
  return list.map((element: unknown, index) => {
    const name = `${AT}[elements][${index}]`
    if (!isObject(element)) throw badParameter(`Param ${name} must be an object`)
    return [element, name]
  })
}

const text = (holder: Params, key: string, name: string, most: number): void => {
  const value = holder[key]
  if (typeof value !== 'string' || value === '') throw missingParameter(`${name}[${key}]`)
  if (value.length > most) throw tooLong(`${name}[${key}]`, most)
}

const optional = (holder: Params, key: string, name: string, most: number): void => {
  if (holder[key] !== undefined) text(holder, key, name, most)
}

const missing = (): never => {
  throw missingParameter(`${AT}[elements]`)
}
