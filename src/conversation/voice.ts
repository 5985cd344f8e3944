import { pick, type Localised } from '../script/localised.ts'
import { fillTemplate, fillText, type Template } from '../script/template.ts'
import type { Script } from '../script/types.ts'
import { splitText } from './split.ts'

/** Returns the value of a variable; an empty text where it is not known this time. */
export type ValueOf = (variable: string) => string

/** Language and values of the texts for one visitor. */
export interface Voice {
  script: Script
  language: string
  valueOf: ValueOf
}

/** Replaces a text that would be empty: Facebook refuses empty ones. */
export const NOTHING_TO_SAY = '…'

/** A text of the script for this visitor. */
export const say = ({ script, language, valueOf }: Voice, text: Localised<Template>): string =>
  fillText(pick(text, language, script.language), valueOf)

/** A text with its variables filled in, cut to Facebook's limit: only values can make it too long. */
export const cut = (voice: Voice, text: Localised<Template>, limit: number): string =>
  splitText(say(voice, text), limit, 1)[0] ?? NOTHING_TO_SAY

/** An address with its variables filled in. Values are encoded, so that they cannot lead elsewhere. */
export const address = ({ script, language, valueOf }: Voice, url: Localised<Template>): string =>
  fillTemplate(pick(url, language, script.language), (variable) =>
    encodeURIComponent(valueOf(variable).toWellFormed()),
  )
