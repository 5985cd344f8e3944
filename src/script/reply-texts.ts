import { allOf, type Localised } from './localised.ts'
import type { Template } from './template.ts'
import type { NamedAnswer, SayItem } from './types.ts'

/** All texts of a reply, in every language and under any conditions; variables stay in braces. */
export const replyTexts = ({ say, form }: Pick<NamedAnswer, 'say' | 'form'>): string[] => [
  ...say.flatMap(textsIn),
  ...(form?.questions.flatMap(({ text }) => written(text)) ?? []),
]

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
