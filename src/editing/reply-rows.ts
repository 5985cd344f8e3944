import { allOf, type Localised } from '../script/localised.ts'
import { replyTitles } from '../script/reply-titles.ts'
import type { Template } from '../script/template.ts'
import type { SayItem, Script } from '../script/types.ts'

/** A reply in a list. */
export interface ReplyRow {
  name: string
  title: string | null
  phrases: readonly string[]
  /** What it says, as one text. */
  says: string
}

/** The replies of a script, in its order. */
export const replyRows = (script: Script): ReplyRow[] =>
  replyTitles(script).map(({ name, title }) => {
    const reply = script.replies.get(name)
    const asked = reply?.form?.questions.flatMap(({ text }) => written(text)) ?? []
    return {
      name,
      title,
      phrases: reply?.phrases ?? [],
      says: [...(reply?.say.flatMap(textsIn) ?? []), ...asked].join(' '),
    }
  })

const textsIn = (item: SayItem): string[] => {
  switch (item.kind) {
    case 'text':
      return written(item.text)
    case 'buttons':
      return [...written(item.text), ...item.buttons.flatMap(({ title }) => allOf(title))]
    case 'cards':
      return item.cards.flatMap(({ title, subtitle }) => [
        ...written(title),
        ...(subtitle === null ? [] : written(subtitle)),
      ])
    case 'any':
      return item.of.flatMap(textsIn)
    case 'if':
      return [...item.holding, ...item.otherwise].flatMap(textsIn)
    default:
      return []
  }
}

const written = (text: Localised<Template>): string[] =>
  allOf(text).map((template) =>
    template.map((part) => (typeof part === 'string' ? part : `{{${part.variable}}}`)).join(''),
  )
