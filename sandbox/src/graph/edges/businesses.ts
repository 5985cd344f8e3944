import type { Business, Page } from '../../world.ts'
import { project, wantedFields, type Field } from '../fields.ts'
import { badParameter, scopeMissing, unsupported } from '../failure.ts'
import { paginate } from '../paging.ts'
import { asUser, type Edge, type EdgeContext } from './edge.ts'
import { mayUse, pageFields } from './page.ts'

/** Portfolios, for Pages that `/me/accounts` does not list (docs/messenger-platform.md#b4, #k4). */
export const businesses: Edge = (context) => {
  const caller = asUser(context)
  demandManagement(context)
  const fields = wantedFields(context.call, 'id,name')
  const all = [...context.parts.world.businesses.values()]
  const { url, call } = context
  const address = { url, params: call.params, token: caller.token.value }
  const list = paginate(all, ({ id }) => id, address, context.parts.settings.pageSize)
  return list.wrap(list.items.map((one) => describe(context, one, fields)))
}

export const businessNode: Edge = (context) =>
  describe(context, asked(context), wantedFields(context.call, 'id,name'))

export const ownedPages: Edge = (context) => pagesOf(context, asked(context).ownedPageIds)

export const clientPages: Edge = (context) => pagesOf(context, asked(context).clientPageIds)

const pagesOf = (context: EdgeContext, ids: readonly string[]) => {
  const { parts, caller, url, call } = context
  if (caller.kind !== 'user') throw badParameter('A user access token is needed')
  const fields = wantedFields(call, 'id,name')
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

const describe = ({ edgesOf }: EdgeContext, business: Business, fields: readonly Field[]) =>
  project('Business', fields, {
    ...edgesOf({ type: 'Business', id: business.id, business }),
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
  throw scopeMissing('business_management')
}
