import { badParameter, missingParameter, notOneOf } from './failure.ts'
import { asText, isEmpty, isObject, type Params } from './params.ts'
import { BUTTON } from './shapes.ts'
import { listAt, readObject, text, url } from './value-rules.ts'
import { checkWebview, type IsWhitelisted } from './webview-rules.ts'

const MOST_BUTTONS = 3
const LONGEST_TITLE = 20
const LONGEST_PAYLOAD = 1000

/** Buttons of a template with their limits (docs/messenger-platform.md#f7). `required`: there is no template without them. */
export const checkButtons = (
  holder: Params,
  name: string,
  isWhitelisted: IsWhitelisted,
  { required = false, only = ALL }: { required?: boolean; only?: readonly string[] } = {},
): void => {
  const list = holder['buttons']
  if (list === undefined) {
    if (required) throw missingParameter(`${name}[buttons]`)
    return
  }
  const count = { most: MOST_BUTTONS, emptyIs: required ? 'non-empty' : 'too few' } as const
  for (const [button, at] of listAt(list, `${name}[buttons]`, count)) {
    if (!isObject(button)) throw badParameter(`Param ${at} must be an object`)
    if (isEmpty(button['type'])) throw missingParameter(`${at}[type]`)
    const type = asText(button['type'])
    const shape = only.includes(type) ? BUTTON[type] : undefined
    if (!shape) throw notOneOf(`${at}[type]`, only)
    BUTTONS[type]?.(readObject(button, at, shape), at, isWhitelisted)
  }
}

type ButtonRule = (button: Params, name: string, isWhitelisted: IsWhitelisted) => void

const title: ButtonRule = (button, name) => {
  if (button['title'] === undefined) throw badParameter('Element button title cannot be empty.', 2018053)
  text(button, 'title', name, LONGEST_TITLE)
}

const BUTTONS: Record<string, ButtonRule> = {
  web_url: (button, name, isWhitelisted) => {
    title(button, name, isWhitelisted)
    if (button['url'] === undefined) {
      throw badParameter('Web url cannot be empty for url type button', 2018041)
    }
    checkWebview(button, name, isWhitelisted)
  },
  postback: (button, name, isWhitelisted) => {
    title(button, name, isWhitelisted)
    if (button['payload'] === undefined) {
      throw badParameter('Payload cannot be empty for postback type button', 2018040)
    }
    text(button, 'payload', name, LONGEST_PAYLOAD)
  },
  phone_number: (button, name, isWhitelisted) => {
    title(button, name, isWhitelisted)
    // The format is not confirmed: digits with a leading plus are what the samples show.
    if (!/^\+?[\d ().-]{3,30}$/.test(asText(button['payload']))) {
      throw badParameter(`Param ${name}[payload] must be a phone number`)
    }
  },
  account_link: (button, name) => url(button, 'url', name),
  account_unlink: () => undefined,
  game_play: title,
  audio_call: (button, name, isWhitelisted) => {
    title(button, name, isWhitelisted)
    const days = button['expires_in_days']
    if (days !== undefined && !(Number(asText(days)) >= 1 && Number(asText(days)) <= 7)) {
      throw badParameter(`Param ${name}[expires_in_days] must be from 1 to 7`)
    }
  },
}

const ALL = Object.keys(BUTTONS)
