import type { MenuItem, PageView } from '../api.ts'
import { isObject, isTrue } from '../graph/params.ts'
import type { Page } from '../world.ts'

/** The parts of a Messenger Profile that a visitor sees. */
export const getStartedPayload = (page: Page): string | null => {
  const getStarted = page.profile['get_started']
  return isObject(getStarted) ? textOf(getStarted['payload']) : null
}

export const greeting = (page: Page): string | null => textOf(byLocale(page.profile['greeting'])?.['text'])

export const iceBreakers = (page: Page): PageView['iceBreakers'] => {
  const value = page.profile['ice_breakers']
  const group = byLocale(value)
  const questions = group && 'call_to_actions' in group ? group['call_to_actions'] : value
  return objects(questions).flatMap((item) => {
    const [question, payload] = [textOf(item['question']), textOf(item['payload'])]
    return question !== null && payload !== null ? [{ question, payload }] : []
  })
}

/** The items of a `persistent_menu`. */
export const menuItems = (persistentMenu: unknown): MenuItem[] =>
  objects(byLocale(persistentMenu)?.['call_to_actions']).flatMap((item) => {
    const [title, payload, url] = [textOf(item['title']), textOf(item['payload']), textOf(item['url'])]
    return title === null
      ? []
      : [{ title, ...(payload !== null && { payload }), ...(url !== null && { url }) }]
  })

export const composerDisabled = (persistentMenu: unknown): boolean =>
  isTrue(byLocale(persistentMenu)?.['composer_input_disabled'])

/** The name of a command the visitor typed, such as `/flights to LAX`; null where the Page has none of that name. */
export const commandIn = (page: Page, text: string): string | null => {
  const name = /^\/(\S+)/.exec(text)?.[1]
  const commands = objects(byLocale(page.profile['commands'])?.['commands'])
  return name !== undefined && commands.some((command) => command['name'] === name) ? name : null
}

/** Visitors here speak the default language. */
const byLocale = (value: unknown): Record<string, unknown> | undefined =>
  objects(value).find(({ locale }) => locale === 'default') ?? objects(value)[0]

const objects = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isObject) : []

/** The profile may hold a number in place of a text. */
const textOf = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : null
