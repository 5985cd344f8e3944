import { pick, type Localised } from '../script/localised.ts'
import { fillTemplate, fillText, type Template } from '../script/template.ts'
import type { Script } from '../script/types.ts'
import { splitText } from './split.ts'

/** What a variable stands for; an empty text where it is not known this time. */
export type ValueOf = (variable: string) => string

/** How something is said to one visitor. */
export interface Voice {
  script: Script
  language: string
  valueOf: ValueOf
}

/** What a text comes to when nothing is left of it: Facebook refuses empty ones. */
export const NOTHING_TO_SAY = '…'

/** A text of the script for this visitor. */
export const say = ({ script, language, valueOf }: Voice, text: Localised<Template>): string =>
  fillText(pick(text, language, script.language), valueOf)

/** A text with its variables filled in, cut to what Facebook takes: only values can make it too long. */
export const cut = (voice: Voice, text: Localised<Template>, limit: number): string =>
  splitText(say(voice, text), limit, 1)[0] ?? NOTHING_TO_SAY

/** An address with its variables filled in: values stay what they are, and cannot lead elsewhere. */
export const address = ({ script, language, valueOf }: Voice, url: Localised<Template>): string =>
  fillTemplate(pick(url, language, script.language), (variable) =>
    encodeURIComponent(valueOf(variable).toWellFormed()),
  )
