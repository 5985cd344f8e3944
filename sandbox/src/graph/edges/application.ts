import { project, wantedFields } from '../fields.ts'
import { unsupported } from '../failure.ts'
import type { Edge } from './edge.ts'

/** `GET /{app-id}` and `GET /app`, with any token. */
export const applicationNode: Edge = ({ parts, call, node, edgesOf }) => {
  const app = parts.world.apps.get(node.id)
  if (!app) throw unsupported(call.method, node.id)
  return project('Application', wantedFields(call, 'category,link,name,id'), {
    ...edgesOf(node),
    id: () => app.id,
    name: () => app.name,
    category: () => 'Business',
    link: () => `https://www.facebook.com/games/?app_id=${app.id}`,
    has_messenger_product: () => true,
  })
}
