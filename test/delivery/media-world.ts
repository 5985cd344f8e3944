import { createHash } from 'node:crypto'
import type { Test } from 'tap'
import type { DeliveryDeps } from '../../src/delivery/delivery.ts'
import type { UploadFiles } from '../../src/delivery/sending/uploads.ts'
import type { Reply } from '../../src/messages.ts'
import { isDone, createWorld, type World } from './harness.ts'

export const URL_A = 'https://x.y/a.png'

/** `image URL`, `file PATH` and `card URL` are answered with those; everything else with itself. */
const replyTo = (said: string): Reply => {
  const [kind, what = ''] = said.split(' ')
  switch (kind) {
    case 'image':
      return {
        message: { attachment: { type: 'image', payload: { url: what } } },
        media: { type: 'image', from: { url: what } },
      }
    case 'file':
      return {
        message: { attachment: { type: 'file', payload: {} } },
        media: { type: 'file', from: { file: what } },
      }
    case 'card':
      return {
        message: {
          attachment: {
            type: 'template',
            payload: { template_type: 'media', elements: [{ media_type: 'image' }] },
          },
        },
        media: { type: 'image', from: { url: what } },
      }
    default:
      return { message: { text: said } }
  }
}

export const handle: DeliveryDeps['handle'] = (event) => ({
  replies: event.kind === 'message' && event.text !== null ? event.text.split('; ').map(replyTo) : [],
  state: null,
})

/** Files by name; what is not there cannot be read. */
export const filesFrom = (contents: Map<string, string>): UploadFiles => {
  const open = (path: string): string => {
    const content = contents.get(path)
    if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    return content
  }
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
  return {
    hashOf: async (path) => hash(open(path)),
    read: async (path) => {
      const text = open(path)
      return { name: path, contentType: 'application/pdf', bytes: Buffer.from(text), hash: hash(text) }
    },
  }
}

export const begin = async (
  t: Test,
  contents = new Map<string, string>(),
  deps: Partial<DeliveryDeps> = {},
): Promise<World> => {
  const world = await createWorld(t, { handle, files: filesFrom(contents), ...deps })
  world.delivery.start()
  return world
}

/** Until nothing waits any more; time goes on meanwhile. */
export const rest = (world: World): Promise<void> =>
  world.until(async () => {
    await world.clock.advance(100)
    return isDone(world)
  }, 'nothing is left to send')
