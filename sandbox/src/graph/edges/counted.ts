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
    ...(edge === 'conversations' && { list: !isAboutOne(params) }),
    ...(edge === 'messages' && { heavy: isHeavy(params), message: params['message'] !== undefined }),
  }
}

/** Whether a call of the edge `conversations` asks for those with one person, which is one, and not for the Page's list. */
export const isAboutOne = (params: Params): boolean => params['user_id'] !== undefined

const isHeavy = (params: Params): boolean => {
  const message = unpack(params['message'])
  const attachment = isObject(message) ? message['attachment'] : undefined
  return isObject(attachment) && (attachment['type'] === 'audio' || attachment['type'] === 'video')
}
