import { isObject } from '../graph/params.ts'
import type { Ends, Item } from '../webhooks/items.ts'
import type { Message } from '../world.ts'

type ToItem = (ends: Ends, message: Message) => Item

/**
 * The built-in NLP: `nlp` beside the text. Only greetings, thanks and goodbyes are recognised, in English; all other texts have
 * no trait, as most texts at Facebook.
 */
export const withNlp =
  (toItem: ToItem, text: string): ToItem =>
  (ends, message) => {
    const { shapeFor, ...item } = toItem(ends, message)
    return {
      ...item,
      content: read(item.content, text),
      ...(shapeFor && { shapeFor: (receiver) => read(shapeFor(receiver), text) }),
    }
  }

const read = (content: Record<string, unknown>, text: string): Record<string, unknown> =>
  isObject(content['message'])
    ? { ...content, message: { ...content['message'], nlp: understand(text) } }
    : content

const understand = (text: string) => ({
  intents: [],
  entities: {},
  traits: Object.fromEntries(
    TRAITS.filter(([, words]) => words.test(text)).map(([name]) => [
      `wit$${name}`,
      [{ id: '1', value: 'true', confidence: 0.9998 }],
    ]),
  ),
  detected_locales: [{ locale: 'en_XX', confidence: 0.9998 }],
})

const TRAITS: readonly [name: string, words: RegExp][] = [
  ['greetings', /\b(hi|hello|hey|good (morning|afternoon|evening))\b/i],
  ['thanks', /\b(thanks|thank you|thx)\b/i],
  ['bye', /\b(bye|goodbye|see you)\b/i],
]
