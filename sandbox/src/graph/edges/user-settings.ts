import { findConversation } from '../../world.ts'
import { demand } from '../identify.ts'
import { missingParameter, notOneOf } from '../failure.ts'
import { isEmpty, optionalList, requiredText, unpack, withoutEmptyInside } from '../params.ts'
import { PROFILE_RULES } from '../profile-rules.ts'
import { asPage, type Edge, type EdgeContext } from './edge.ts'
import { menuNeedsGetStarted } from './profile.ts'
import { noSuchPerson } from './threads.ts'

/** A menu for one visitor (docs/messenger-platform.md#g). */
export const writeUserSettings: Edge = (context) => {
  const { page, conversation } = concerned(context)
  const menu = unpack(context.call.params['persistent_menu'])
  if (isEmpty(menu)) throw missingParameter('persistent_menu')
  PROFILE_RULES['persistent_menu']?.(menu, page.profile)
  menuNeedsGetStarted({ ...page.profile, persistent_menu: menu })
  conversation.menu = withoutEmptyInside(menu)
  context.parts.chat.changed(conversation)
  return { result: 'success' }
}

/** Both the visitor's own settings and those of the Page under them. */
export const readUserSettings: Edge = (context) => {
  const { page, conversation } = concerned(context)
  const pageMenu = page.profile['persistent_menu']
  const settings = {
    ...(conversation.menu !== null && { user_level_persistent_menu: conversation.menu }),
    ...(pageMenu !== undefined && { page_level_persistent_menu: pageMenu }),
  }
  return { data: Object.keys(settings).length > 0 ? [settings] : [] }
}

export const deleteUserSettings: Edge = (context) => {
  const { conversation } = concerned(context)
  const names = optionalList(context.call.params, 'params')
  if (!names?.length) throw missingParameter('params')
  const strange = names.findIndex((name) => name.toLowerCase() !== 'persistent_menu')
  if (strange >= 0) throw notOneOf(`params[${strange}]`, ['persistent_menu'])
  conversation.menu = null
  context.parts.chat.changed(conversation)
  return { result: 'success' }
}

const concerned = (context: EdgeContext) => {
  const { parts, call } = context
  const caller = asPage(context)
  demand(parts, caller, 'pages_messaging')
  const psid = requiredText(call.params, 'psid')
  const conversation = findConversation(parts.world, caller.page.id, psid)
  if (!conversation) throw noSuchPerson()
  return { page: caller.page, conversation }
}
