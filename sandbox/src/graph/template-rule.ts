import type { Params } from './params.ts'
import type { IsWhitelisted } from './webview-rules.ts'

/** Data of the Page on which the rules of templates depend. */
export interface Belongings {
  hasAttachment: (id: string) => boolean
  isWhitelisted: IsWhitelisted
}

export type TemplateRule = (payload: Params, name: string, belongings: Belongings) => void
