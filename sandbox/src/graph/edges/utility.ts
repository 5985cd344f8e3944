import { badParameter, GraphFailure, missingParameter } from '../failure.ts'
import { isEmpty, isObject, optionalText, type Params } from '../params.ts'
import { SEND } from '../shapes.ts'
import { readObject, text } from '../value-rules.ts'

/**
 * Utility messages are made from approved templates (docs/messenger-platform.md#f7); the sandbox has no templates, so each
 * message is refused with its reason.
 */
export const checkUtility = (message: unknown, params: Params): void => {
  const value = (isObject(message) ? message['template'] : undefined) ?? params['template']
  const isUtility = optionalText(params, 'messaging_type') === 'UTILITY'
  if (isEmpty(value)) {
    if (isUtility) throw missingParameter('message[template]')
    return
  }
  if (!isUtility) throw badParameter('A message template needs the messaging_type UTILITY')
  const template = readObject(value, 'message[template]', SEND.utility)
  text(template, 'name', 'message[template]', 1000)
  if (template['language'] !== undefined) {
    readObject(template['language'], 'message[template][language]', SEND.language)
  }
  throw new GraphFailure({
    message: '(#100) The message template does not exist, or is not approved',
    code: 100,
  })
}
