import type { MenuItem, PageView } from '../api.ts'
import { isObject } from '../graph/params.ts'
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
  return objects(questions).flatMap(({ question, payload }) =>
    typeof question === 'string' && typeof payload === 'string' ? [{ question, payload }] : [],
  )
}

/** The items of a `persistent_menu`. */
export const menuItems = (persistentMenu: unknown): MenuItem[] =>
  objects(byLocale(persistentMenu)?.['call_to_actions']).flatMap(({ title, payload, url }) =>
    typeof title === 'string'
      ? [
          {
            title,
            ...(typeof payload === 'string' && { payload }),
            ...(typeof url === 'string' && { url }),
          },
        ]
      : [],
  )

export const composerDisabled = (persistentMenu: unknown): boolean =>
  byLocale(persistentMenu)?.['composer_input_disabled'] === true

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

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
