import type { MessageTemplate } from '../../world.ts'
import type { PageCaller } from '../call.ts'
import { badParameter, missingParameter } from '../failure.ts'
import type { CheckedMessage } from '../message-rules.ts'
import { asText, isEmpty, isObject, optionalText, type Params } from '../params.ts'
import { SEND } from '../shapes.ts'
import { fillTemplate, type FilledTemplate } from '../template-filling.ts'
import { objectIn, optionalTextIn, readObject, text } from '../value-rules.ts'
import type { EdgeContext } from './edge.ts'
import { demandUtility, messageTemplatesOf } from './message-templates.ts'

const AT = 'message[template]'

/** Reads a utility message, which is made from an approved template (docs/messenger-platform.md#f7); null for other messages. */
export const readUtility = (
  { parts, call }: EdgeContext,
  caller: PageCaller,
  message: unknown,
): CheckedMessage | null => {
  const type = optionalText(call.params, 'messaging_type')
  if (!isObject(message) || isEmpty(message['template'])) {
    if (type === 'UTILITY') throw missingParameter(AT)
    return null
  }
  // Two of Meta's samples leave the type out.
  if (type !== undefined && type !== 'UTILITY') {
    throw badParameter('A message template needs the messaging_type UTILITY')
  }
  demandUtility(parts, caller)
  const given = readObject(message, 'message', SEND.message)
  const other = Object.keys(given).find((key) => key !== 'template' && key !== 'metadata')
  if (other !== undefined) throw badParameter(`Message cannot hold both template and ${other}`)
  optionalTextIn(given, 'metadata', 'message', 999)
  const asked = objectIn(given, 'template', 'message', SEND.utility)
  const template = approved(messageTemplatesOf(parts, caller.page.id), asked)
  return {
    shown: {
      ...shownAs(fillTemplate(template, asked['components'])),
      quickReplies: [],
      metadata: asText(given['metadata']) || null,
    },
    upload: null,
    reusable: false,
    templateType: null,
  }
}

/** Facebook's code of these refusals is not known; 100 is that of other wrong parameters. */
const approved = (templates: readonly MessageTemplate[], asked: Params): MessageTemplate => {
  text(asked, 'name', AT, 512)
  const language = objectIn(asked, 'language', AT, SEND.language)
  text(language, 'code', `${AT}[language]`, 20)
  const [name, code] = [asText(asked['name']), asText(language['code'])]
  const named = templates.filter((template) => template.name === name)
  if (named.length === 0) throw badParameter(`The Page has no message template ${name}`)
  const found = named.find((template) => template.language === code)
  if (!found) {
    const others = named.map((template) => template.language).join(', ')
    throw badParameter(`The message template ${name} does not exist in ${code}, but in ${others}`)
  }
  if (found.status === 'APPROVED') return found
  throw badParameter(`The message template ${name} in ${code} is not approved: its status is ${found.status}`)
}

/** A body alone is a text; with a header or buttons it is a generic template, as the Conversations API tells it. */
const shownAs = ({
  header,
  body,
  buttons,
}: FilledTemplate): Pick<CheckedMessage['shown'], 'text' | 'attachment'> => {
  if (header === null && buttons.length === 0) return { text: body, attachment: null }
  const element = {
    title: header ?? body,
    ...(header !== null && { subtitle: body }),
    ...(buttons.length > 0 && { buttons }),
  }
  return {
    text: null,
    attachment: { type: 'template', payload: { template_type: 'generic', elements: [element] } },
  }
}
