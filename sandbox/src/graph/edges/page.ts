import { pictureOf } from '../../picture-urls.ts'
import type { Page } from '../../world.ts'
import { project, wantedFields, type Readers } from '../fields.ts'
import { GraphFailure, unsupported } from '../failure.ts'
import { asText } from '../params.ts'
import type { Edge, EdgeContext } from './edge.ts'

/** `GET /{page-id}`, also with a user token: `fields=access_token` works where `/me/accounts` shows nothing (trap K4). */
export const pageNode: Edge = (context) => {
  const { node, caller, call } = context
  if (node.type !== 'Page') throw unsupported(call.method, node.id)
  if (caller.kind === 'page' && caller.page.id !== node.id) throw unsupported(call.method, node.id)
  if (caller.kind === 'user' && !mayUse(context, node.page)) throw unsupported(call.method, node.id)
  return project('Page', wantedFields(call, 'name,id'), pageFields(context, node.page))
}

/** Whether the person who calls has a role on the Page and ticked it in the dialog. */
export const mayUse = ({ parts, caller }: EdgeContext, page: Page): boolean => {
  if (caller.kind === 'app') return false
  const ticked = parts.tokens.grant(caller.token)?.pageIds
  return page.roles.has(caller.user.id) && (ticked?.includes(page.id) ?? true)
}

/** `GET /me?fields=recipient&account_linking_token=...`: the visitor who is logging in at the bot's own site. */
const linkedPerson = ({ parts, call, caller }: EdgeContext): string | undefined => {
  const token = call.params['account_linking_token']
  if (token === undefined) return undefined
  const link = parts.world.accountLinks.get(asText(token))
  if (
    link &&
    caller.kind === 'page' &&
    link.pageId === caller.page.id &&
    link.expiresAtMs > parts.clock.nowMs()
  ) {
    return link.psid
  }
  throw new GraphFailure({ message: '(#10303) Invalid account_linking_token', code: 10303 })
}

export const pageFields = (context: EdgeContext, page: Page): Readers => {
  const { parts, caller } = context
  const holder = caller.kind === 'app' ? undefined : caller
  return {
    ...context.edgesOf({ type: 'Page', id: page.id, page }),
    id: () => page.id,
    name: () => page.name,
    category: () => page.category,
    category_list: () => [{ id: '1605', name: page.category }],
    link: () => `https://www.facebook.com/${page.id}`,
    is_published: () => page.published,
    picture: () => ({ data: pictureOf(parts.settings.origin(), page.id) }),
    fan_count: () => 0,
    followers_count: () => 0,
    can_post: () => true,
    has_added_app: () => page.subscriptions.size > 0,
    is_webhooks_subscribed: () => page.subscriptions.size > 0,
    is_messenger_bot_get_started_enabled: () => page.profile['get_started'] !== undefined,
    is_messenger_platform_bot: () => page.subscriptions.size > 0,
    unread_message_count: () => 0,
    verification_status: () => 'not_verified',
    tasks: () => (holder ? page.roles.get(holder.user.id) : undefined),
    access_token: () => {
      if (!holder) return undefined
      if (holder.kind === 'page') return holder.token.value
      const token = parts.tokens.pageToken(holder.token, page)
      parts.bus.stateChanged()
      return token.value
    },
    recipient: () => linkedPerson(context),
    messaging_feature_status: () => ({ hop_v2: false, msgr_multi_app: true, ig_multi_app: false }),
    /** Facebook removed this field with the others of the Handover Protocol. */
    perms: () => {
      throw new GraphFailure({
        message: '(#12) perms field is deprecated for versions v4.0 and higher, use tasks',
        code: 12,
      })
    },
  }
}
