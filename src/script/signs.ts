import { described, schemaOf, type Read } from './reading.ts'
import { kindOf } from './nodes.ts'
import { mapping, optional, SIGN } from './shapes.ts'
import { text } from './values.ts'
import { SIGN_KINDS, type Sign } from './types.ts'

const which = text('what it must be, or any', { max: 500, why: 'none is longer' })

const readSign = mapping(SIGN, {
  ref: optional(which, 'Came by an m.me link with this ref.'),
  ad: optional(which, 'Came by the ad with this id.'),
  sticker: optional(which, 'Sent this sticker: like, or an id.'),
  attachment: optional(which, 'Sent an image, video, audio, file and so on.'),
  reaction: optional(which, 'Reacted to a message: love, smile, an emoji.'),
})

/** Reads an action of a visitor other than writing: `{ ref: summer }`, `{ sticker: any }`. */
export const sign: Read<Sign> = described(
  (node, reading) => {
    const before = reading.count()
    const value = readSign(node, reading)
    if (value === undefined || reading.count() > before) return undefined
    const given = SIGN_KINDS.flatMap((kind) => (value[kind] === null ? [] : { kind, is: value[kind] }))
    const [only] = given
    if (only === undefined || given.length > 1) {
      const target = reading.follow(node)
      return reading.refuse(
        reading.placeOf(target),
        given.length === 0 ? kindOf(target, reading) : `${given.length} things at once`,
        `one of ${SIGN_KINDS.join(', ')}; more of them make a list`,
      )
    }
    return { kind: only.kind, is: only.is === 'any' ? null : only.is }
  },
  () => schemaOf(readSign),
)
