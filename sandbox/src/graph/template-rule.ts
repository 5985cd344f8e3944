import type { Params } from './params.ts'
import type { IsWhitelisted } from './webview-rules.ts'

/** What only the Page's belongings can tell about a template. */
export interface Belongings {
  hasAttachment: (id: string) => boolean
  isWhitelisted: IsWhitelisted
}

export type TemplateRule = (payload: Params, name: string, belongings: Belongings) => void
