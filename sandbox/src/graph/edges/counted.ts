import type { Call } from '../call.ts'
import { isObject, unpack, type Params } from '../params.ts'
import type { Counted } from '../usage.ts'

/** The allowance that a call counts against. */
export const countedAs = ({ path, params }: Call): Counted => {
  const [, edge = ''] = path
  const psid = params['psid']
  return {
    edge,
    ...(typeof psid === 'string' && { psid }),
    ...(edge === 'messages' && { heavy: isHeavy(params), message: params['message'] !== undefined }),
  }
}

const isHeavy = (params: Params): boolean => {
  const message = unpack(params['message'])
  const attachment = isObject(message) ? message['attachment'] : undefined
  return isObject(attachment) && (attachment['type'] === 'audio' || attachment['type'] === 'video')
}
