import { badParameter, GraphFailure, missingParameter } from '../failure.ts'
import { isObject, optionalText, type Params } from '../params.ts'

/** Utility messages are made from approved templates (reference F7); there are none here, so every one is refused by its reason. */
export const checkUtility = (message: unknown, params: Params): void => {
  const template = (isObject(message) ? message['template'] : undefined) ?? params['template']
  const isUtility = optionalText(params, 'messaging_type') === 'UTILITY'
  if (template === undefined) {
    if (isUtility) throw missingParameter('message[template]')
    return
  }
  if (!isUtility) throw badParameter('A message template needs the messaging_type UTILITY')
  const name = isObject(template) ? template['name'] : undefined
  if (typeof name !== 'string' || name === '') throw missingParameter('message[template][name]')
  throw new GraphFailure({
    message: '(#100) The message template does not exist, or is not approved',
    code: 100,
  })
}
