import { badParameter, missingParameter, notOneOf, tooLong } from './failure.ts'
import { asText, isObject, type Params } from './params.ts'
import { title, url, within } from './value-rules.ts'

/** Buttons of a template with their limits (reference F7). */
export const checkButtons = (
  holder: Params,
  name: string,
  { least = 0, only = ALL }: { least?: number; only?: readonly string[] } = {},
): void => {
  const list = holder['buttons']
  if (list === undefined && least === 0) return
  if (!Array.isArray(list) || list.length < least) throw missingParameter(`${name}[buttons]`)
  if (list.length > 3) throw badParameter(`Param ${name}[buttons] has too many elements.`)
  for (const [index, button] of list.entries()) {
    const at = `${name}[buttons][${index}]`
    if (!isObject(button)) throw badParameter(`Param ${at} must be an object`)
    const type = asText(button['type'])
    if (!only.includes(type)) throw notOneOf(`${at}[type]`, only)
    BUTTONS[type]?.(button, at)
  }
}

const BUTTONS: Record<string, (button: Params, name: string) => void> = {
  web_url: (button, name) => {
    title(button, name)
    if (typeof button['url'] !== 'string')
      throw badParameter(`Param ${name}[url] must be a valid URL`, 2018041)
    url(button, 'url', name)
    if (button['fallback_url'] !== undefined) url(button, 'fallback_url', name)
    within(button, 'webview_height_ratio', name, ['compact', 'tall', 'full'])
    within(button, 'webview_share_button', name, ['hide'])
  },
  postback: (button, name) => {
    title(button, name)
    const payload = button['payload']
    if (typeof payload !== 'string' || payload === '') throw badParameter(`${name} needs a payload`, 2018040)
    if (payload.length > 1000) throw tooLong(`${name}[payload]`, 1000)
  },
  phone_number: (button, name) => {
    title(button, name)
    const payload = button['payload']
    // The format is not confirmed: digits with a leading plus are what the samples show.
    if (typeof payload !== 'string' || !/^\+?[\d ().-]{3,30}$/.test(payload)) {
      throw badParameter(`Param ${name}[payload] must be a phone number`)
    }
  },
  account_link: (button, name) => url(button, 'url', name),
  account_unlink: () => undefined,
  game_play: title,
  audio_call: (button, name) => {
    title(button, name)
    const days = button['expires_in_days']
    if (days !== undefined && !(Number(asText(days)) >= 1 && Number(asText(days)) <= 7)) {
      throw badParameter(`Param ${name}[expires_in_days] must be from 1 to 7`)
    }
  },
}

const ALL = Object.keys(BUTTONS)
