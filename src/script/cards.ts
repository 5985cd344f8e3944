import { LIMITS } from '../channel/messenger.ts'
import { buttons } from './buttons.ts'
import { FACEBOOK } from './limits.ts'
import { localised } from './localised.ts'
import { described, schemaOf, type Read } from './reading.ts'
import { list, mapping, optional, required } from './shapes.ts'
import { template, urlTemplate } from './texts.ts'
import type { Card } from './types.ts'

const readCard = mapping('a card', {
  title: required(localised(template('a title', { max: LIMITS.cardTitle, why: FACEBOOK }))),
  subtitle: optional(localised(template('a subtitle', { max: LIMITS.cardSubtitle, why: FACEBOOK }))),
  image: optional(urlTemplate('the address of an image')),
  buttons: optional(buttons),
})

const card: Read<Card> = described(
  (node, reading) => {
    const value = readCard(node, reading)
    if (value === undefined) return undefined
    if (value.subtitle === null && value.image === null && value.buttons === null) {
      return reading.refuse(
        reading.placeOf(reading.follow(node)),
        'a card with a title only',
        'a subtitle, an image or buttons besides (Facebook shows no other)',
      )
    }
    return { ...value, buttons: value.buttons ?? [] }
  },
  () => schemaOf(readCard),
)

export const cards: Read<Card[]> = list('a list of cards', card, { min: 1, max: LIMITS.cards, why: FACEBOOK })
