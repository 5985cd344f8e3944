import { portraitUrl } from '../../picture-urls.ts'
import { project, wantedFields } from '../fields.ts'
import { asPage, type Edge } from './edge.ts'

/** `GET /{psid}` (docs/messenger-platform.md#h): without the feature an empty object, not an error. */
export const personNode: Edge = (context) => {
  const { parts, call, node } = context
  asPage(context)
  const visitor = parts.world.visitors.get(node.id)
  if (!visitor || !parts.settings.profileAccess) return {}
  return project('User', wantedFields(call, 'first_name,last_name,profile_pic,id'), {
    id: () => visitor.psid,
    name: () => visitor.name,
    first_name: () => visitor.firstName,
    last_name: () => visitor.name.slice(visitor.firstName.length).trim() || null,
    profile_pic: () => portraitUrl(parts.settings.origin(), visitor.psid),
    // Locale, timezone and gender need permissions of their own that this app does not have.
  })
}
