import { portraitUrl } from '../../pictures.ts'
import { parseFields, project } from '../fields.ts'
import { optionalText } from '../params.ts'
import { asPage, type Edge } from './edge.ts'

/** `GET /{psid}` (reference H): without the feature an empty object, not an error. */
export const personNode: Edge = (context) => {
  const { parts, call, node } = context
  asPage(context)
  const visitor = parts.world.visitors.get(node.id)
  const fields =
    parseFields(optionalText(call.params, 'fields')) ??
    parseFields('first_name,last_name,profile_pic,id') ??
    []
  if (!visitor || !parts.settings.profileAccess) return {}
  return project('User', fields, {
    id: () => visitor.psid,
    name: () => visitor.name,
    first_name: () => visitor.firstName,
    last_name: () => visitor.name.slice(visitor.firstName.length).trim() || null,
    profile_pic: () => portraitUrl(parts.settings.origin(), visitor.psid),
    // Need permissions of their own that this app does not have.
    locale: () => undefined,
    timezone: () => undefined,
    gender: () => undefined,
  })
}
