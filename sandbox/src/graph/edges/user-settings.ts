import { findConversation } from '../../world.ts'
import { demand } from '../call.ts'
import { badParameter, GraphFailure, missingParameter } from '../failure.ts'
import { optionalList, requiredText, unpack } from '../params.ts'
import { PROFILE_RULES } from '../profile-rules.ts'
import { asPage, type Edge, type EdgeContext } from './edge.ts'
import { noSuchPerson } from './threads.ts'

/** A menu for one visitor alone (reference G). */
export const writeUserSettings: Edge = (context) => {
  const { page, conversation } = concerned(context)
  const menu = unpack(context.call.params['persistent_menu'])
  if (menu === undefined) throw missingParameter('persistent_menu')
  PROFILE_RULES['persistent_menu']?.(menu)
  if (page.profile['get_started'] === undefined) {
    throw new GraphFailure({
      message: '(#100) You must set a Get Started button if you also wish to use persistent menu',
      code: 100,
      error_subcode: 2018145,
    })
  }
  conversation.menu = menu
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
  if (names.some((name) => name !== 'persistent_menu')) {
    throw badParameter('Param params[0] must be one of {PERSISTENT_MENU}')
  }
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
