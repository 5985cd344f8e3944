import { pictureOf } from '../../picture-urls.ts'
import type { Page } from '../../world.ts'
import { project, wantedFields } from '../fields.ts'
import { paginate } from '../paging.ts'
import { unsupported } from '../failure.ts'
import { optionalText } from '../params.ts'
import { asUser, type Edge, type EdgeContext } from './edge.ts'
import { mayUse, pageFields } from './page.ts'

const DEFAULT_ACCOUNT_FIELDS = 'access_token,category,category_list,name,id,tasks'

export const userNode: Edge = (context) => {
  const { user, token } = asUser(context)
  const [firstName = user.name] = user.name.split(' ')
  return project('User', wantedFields(context.call, 'id,name'), {
    ...context.edgesOf(context.node),
    id: () => user.id,
    name: () => user.name,
    first_name: () => firstName,
    last_name: () => user.name.slice(firstName.length + 1) || null,
    email: () => (context.parts.tokens.scopes(token).includes('email') ? 'operator@example.com' : null),
    short_name: () => firstName,
    installed: () => true,
    is_guest_user: () => false,
    picture: () => ({ data: pictureOf(context.parts.settings.origin(), user.id) }),
  })
}

/** docs/messenger-platform.md#b4. Pages that are not ticked, not listed, or without a role are left out. */
export const accounts: Edge = (context) => {
  const { parts, call, url } = context
  const caller = asUser(context)
  const mayList = parts.tokens.scopes(caller.token).includes('pages_show_list')
  const pages = [...parts.world.pages.values()].filter(
    (page) => mayList && page.listed && mayUse(context, page),
  )
  const list = paginate<Page>(
    pages,
    ({ id }) => id,
    { url, params: call.params, token: caller.token.value },
    parts.settings.pageSize,
  )
  const fields = wantedFields(call, DEFAULT_ACCOUNT_FIELDS)
  return list.wrap(list.items.map((page) => project('Page', fields, pageFields(context, page))))
}

/** docs/messenger-platform.md#b9; all of them, or the one that is named, or those of a status. */
export const permissions: Edge = (context) => {
  const { token } = asUser(context)
  const grant = context.parts.tokens.grant(token)
  const entry = (status: string) => (permission: string) => ({ permission, status })
  const all = [
    ...[...(grant?.scopes ?? [])].map(entry('granted')),
    ...[...(grant?.declined ?? [])].map(entry('declined')),
  ]
  const [name, asked] = [permissionNamed(context), optionalText(context.call.params, 'status')]
  return {
    data: all.filter(
      ({ permission, status }) => permission === (name ?? permission) && status === (asked ?? status),
    ),
  }
}

/** `/permissions/{permission}`, as Meta's documentation has it, or `?permission=`, as Meta's SDK has it. */
const permissionNamed = ({ call }: EdgeContext): string | undefined =>
  call.path[2] ?? optionalText(call.params, 'permission')

/** Takes back the whole grant, which kills the tokens, or one permission, which does not. */
export const revokePermissions: Edge = (context) => {
  const { user, app, token } = asUser(context)
  const permission = permissionNamed(context)
  if (permission === undefined) {
    context.parts.tokens.removeApp(user, app.id)
  } else {
    const grant = context.parts.tokens.grant(token)
    if (!grant?.scopes.delete(permission)) throw unsupported('DELETE', permission)
    grant.declined.add(permission)
  }
  context.parts.bus.stateChanged()
  return { success: true }
}
