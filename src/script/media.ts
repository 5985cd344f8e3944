import type { Node } from 'yaml'
import { endingsFor, fitsMedia, LARGEST_MEDIA_BYTES, staysInside } from './media-rules.ts'
import type { MediaType } from '../messages.ts'
import { recognise } from './media-bytes.ts'
import { allOf, localised, type Localised } from './localised.ts'
import { quoted } from './mistakes.ts'
import { described, type Read, type Reading } from './reading.ts'
import { buttons } from './buttons.ts'
import { FACEBOOK } from './limits.ts'
import { urlTemplate } from './texts.ts'
import { nodeText } from './nodes.ts'
import { made, mapping, optional, required } from './shapes.ts'
import { flag } from './values.ts'
import { hasVariables, type Template } from './template.ts'
import type { Button, SayItem } from './types.ts'

const NAMES: Record<MediaType, string> = {
  image: 'an image',
  audio: 'an audio',
  video: 'a video',
  file: 'a file',
}

/** A picture, a sound, a film or a file; pictures and films may have buttons. */
export const mediaItem = (type: MediaType): Read<SayItem> => {
  const canHaveButtons = type === 'image' || type === 'video'
  const read = mapping(`a message with ${NAMES[type]}`, {
    [type]: required(localised(source(type)), 'A web address, or a file in the folder of the script.'),
    ...(canHaveButtons && { buttons: optional(buttons, 'Shown below it.') }),
    fresh: optional(flag, 'true: Facebook fetches it each time, because what is at the address changes.'),
  })
  return made(read, (value, node, reading) => {
    // The key is a variable here, so the compiler cannot know its type.
    const given = value as { buttons?: Button[] | null; fresh: boolean | null } & {
      [key in MediaType]?: Localised<Template>
    }
    return checked(
      {
        kind: 'media',
        type,
        from: given[type] ?? [],
        buttons: given.buttons ?? [],
        fresh: given.fresh ?? false,
      },
      reading.placeOf(node),
      reading,
    )
  })
}

const checked = (
  media: Extract<SayItem, { kind: 'media' }>,
  place: ReturnType<Reading['placeOf']>,
  reading: Reading,
): SayItem | undefined => {
  const { from, buttons: below, fresh } = media
  const all = allOf(from)
  if (below.length > 0 && all.some(hasVariables)) {
    return reading.refuse(
      place,
      'an address with variables above buttons',
      'one without: what has buttons is uploaded to Facebook and kept there',
    )
  }
  if (fresh && (below.length > 0 || !all.every(isWeb))) {
    return reading.refuse(place, '"fresh" with a file or with buttons', 'it with a web address alone')
  }
  return media
}

/** A path on the writer's own computer: `C:\pictures\menu.png`, `file:///pictures/menu.png`. */
const ON_A_DISK = /^(?:[a-z]:[\\/]|file:)/i

/** A web address, or the path of a file beside the script. */
const source = (type: MediaType): Read<Template> => {
  const address = urlTemplate('an address')
  return described(
    (node, reading) => {
      const target = reading.follow(node)
      const path = nodeText(target)?.trim() ?? ''
      const isAddress = path.includes(':') && !ON_A_DISK.test(path)
      if (path === '' || path.includes('{{') || isAddress) return address(node, reading)
      return checkFile(type, path, target, reading) ? [path] : undefined
    },
    () => ({ type: 'string', minLength: 1 }),
  )
}

const checkFile = (type: MediaType, path: string, node: Node | null, reading: Reading): boolean => {
  const refuse = (found: string, expected: string): false => {
    reading.refuse(reading.placeOf(node), found, expected)
    return false
  }
  if (!staysInside(path)) {
    return refuse(
      quoted(path),
      'an address that begins with https://, or a file in the folder of the script like pictures/menu.png',
    )
  }
  if (!fitsMedia(type, path)) {
    return refuse(quoted(path), `${NAMES[type]}: ${endingsFor(type).join(', ')}, or a web address`)
  }
  const file = reading.lookAt(path)
  if (file === 'private') {
    return refuse(
      `${quoted(path)}, which is private or leads out of the folder`,
      'a public file in the folder of the script',
    )
  }
  if (file === null)
    return refuse(`${quoted(path)}, which is not there`, 'a file in the folder of the script')
  const { bytes, head } = file
  if (bytes === 0) return refuse(`${quoted(path)}, an empty file`, 'one with something in it')
  if (!looksLike(type, head)) {
    const is = recognise(head)?.name
    return refuse(
      `${quoted(path)}, which ${is === undefined ? 'does not begin like one' : `is ${is} by its first bytes`}`,
      `${NAMES[type]} that is what its name says`,
    )
  }
  if (bytes <= LARGEST_MEDIA_BYTES) return true
  const most = LARGEST_MEDIA_BYTES / 1024 / 1024
  return refuse(`${quoted(path)}, a file of ${bytes} bytes`, `at most ${most} MiB (${FACEBOOK})`)
}

/** Facebook checks the bytes, too, and refuses a file that does not fit its type (2018047). */
const looksLike = (type: MediaType, head: Uint8Array): boolean =>
  type === 'file' || head.length === 0 || recognise(head)?.fits.includes(type) === true

/** Whether media come from the web; false for a file. */
export const isWeb = ([first]: Template): boolean => typeof first === 'string' && /^https?:/i.test(first)
