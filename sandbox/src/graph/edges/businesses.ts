import type { Business, Page } from '../../world.ts'
import { parseFields, project } from '../fields.ts'
import { badParameter, permissionMissing, unsupported } from '../failure.ts'
import { paginate } from '../paging.ts'
import { optionalText } from '../params.ts'
import { asUser, type Edge, type EdgeContext } from './edge.ts'
import { mayUse, pageFields } from './page.ts'

/** Portfolios, for Pages that `/me/accounts` does not list (reference B4, trap K4). */
export const businesses: Edge = (context) => {
  const caller = asUser(context)
  demandManagement(context)
  const fields = parseFields(optionalText(context.call.params, 'fields')) ?? parseFields('id,name') ?? []
  const all = [...context.parts.world.businesses.values()]
  const { url, call } = context
  const address = { url, params: call.params, token: caller.token.value }
  const list = paginate(all, ({ id }) => id, address, context.parts.settings.pageSize)
  return list.wrap(list.items.map((one) => describe(one, fields)))
}

export const businessNode: Edge = (context) => {
  const fields = parseFields(optionalText(context.call.params, 'fields')) ?? parseFields('id,name') ?? []
  return describe(asked(context), fields)
}

export const ownedPages: Edge = (context) => pagesOf(context, asked(context).ownedPageIds)

export const clientPages: Edge = (context) => pagesOf(context, asked(context).clientPageIds)

const pagesOf = (context: EdgeContext, ids: readonly string[]) => {
  const { parts, caller, url, call } = context
  if (caller.kind !== 'user') throw badParameter('A user access token is needed')
  const fields = parseFields(optionalText(call.params, 'fields')) ?? parseFields('id,name') ?? []
  const pages = ids.flatMap((id) => parts.world.pages.get(id) ?? [])
  const address = { url, params: call.params, token: caller.token.value }
  const list = paginate<Page>(pages, ({ id }) => id, address, parts.settings.pageSize)
  return list.wrap(
    list.items.map((page) => {
      const readers = pageFields(context, page)
      // A Page not ticked or without a role is shown, but its token is not given.
      const shown = mayUse(context, page) ? readers : { ...readers, access_token: () => undefined }
      return project('Page', fields, shown)
    }),
  )
}

const describe = (business: Business, fields: NonNullable<ReturnType<typeof parseFields>>) =>
  project('Business', fields, {
    id: () => business.id,
    name: () => business.name,
    verification_status: () => 'verified',
  })

const asked = (context: EdgeContext): Business => {
  const { node, call } = context
  if (node.type !== 'Business') throw unsupported(call.method, node.id)
  demandManagement(context)
  return node.business
}

const demandManagement = ({ parts, caller, call, node }: EdgeContext) => {
  if (caller.kind !== 'user') throw unsupported(call.method, node.id)
  if (parts.tokens.scopes(caller.token).includes('business_management')) return
  throw permissionMissing('Requires business_management permission to manage the object')
}
