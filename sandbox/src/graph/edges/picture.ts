import { portraitUrl } from '../../picture-urls.ts'
import { optionalText } from '../params.ts'
import type { Edge } from './edge.ts'

/** An answer that is a redirect. */
export class Redirect {
  readonly location: string
  constructor(location: string) {
    this.location = location
  }
}

/** `GET /{id}/picture`: redirects to the picture, or describes it with `redirect=false`. */
const picture: Edge = ({ parts, call, node }) => {
  const url = portraitUrl(parts.settings.origin(), node.id)
  if (!/^(false|0)$/i.test(optionalText(call.params, 'redirect') ?? '')) return new Redirect(url)
  const side = (name: string) => Number(optionalText(call.params, name) ?? 50) || 50
  return { data: { height: side('height'), is_silhouette: false, url, width: side('width') } }
}

export const PICTURE_EDGES: Record<string, Edge> = {
  'Page GET picture': picture,
  'User GET picture': picture,
  'Profile GET picture': picture,
}
