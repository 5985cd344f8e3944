import type { Persona } from '../../world.ts'
import { demand } from '../identify.ts'
import { badParameter, tooLong, unsupported } from '../failure.ts'
import { project, wantedFields } from '../fields.ts'
import { paginate } from '../paging.ts'
import { optionalText, requiredText } from '../params.ts'
import { asPage, type Edge, type EdgeContext } from './edge.ts'

const LONGEST_NAME = 50
const DEFAULT_FIELDS = 'name,profile_picture_url,id'

/** Personas of the Page (docs/messenger-platform.md#f8). */
export const addPersona: Edge = (context) => {
  const { parts, call } = context
  const { page } = mayMessage(context)
  const name = requiredText(call.params, 'name')
  if (name.length > LONGEST_NAME) throw tooLong('name', LONGEST_NAME)
  const pictureUrl = requiredText(call.params, 'profile_picture_url')
  if (!/^https?:$/.test(URL.parse(pictureUrl)?.protocol ?? '')) {
    throw badParameter('Param profile_picture_url must be a valid URL')
  }
  const id = `90${parts.rng.digits(13)}`
  parts.world.personas.set(id, { id, pageId: page.id, name, pictureUrl, deleted: false })
  return { id }
}

export const listPersonas: Edge = (context) => {
  const { parts, call, url } = context
  const { page, token } = mayMessage(context)
  const all = [...parts.world.personas.values()].filter(
    ({ pageId, deleted }) => pageId === page.id && !deleted,
  )
  const address = { url, params: call.params, token: token.value }
  const list = paginate(all, ({ id }) => id, address, parts.settings.pageSize)
  return list.wrap(list.items.map((persona) => describe(context, persona)))
}

export const personaNode: Edge = (context) => describe(context, asked(context))

/** Earlier messages of a deleted persona keep it. */
export const deletePersona: Edge = (context) => {
  asked(context).deleted = true
  return { success: true }
}

/** The persona a message is to be sent as; null for the Page itself. */
export const personaOf = ({ parts, call }: EdgeContext, pageId: string): Persona | null => {
  const id = optionalText(call.params, 'persona_id')
  if (id === undefined) return null
  const persona = parts.world.personas.get(id)
  if (persona && persona.pageId === pageId && !persona.deleted) return persona
  throw badParameter('Invalid persona_id')
}

const describe = ({ call }: EdgeContext, persona: Persona) =>
  project('Persona', wantedFields(call, DEFAULT_FIELDS), {
    id: () => persona.id,
    name: () => persona.name,
    profile_picture_url: () => persona.pictureUrl,
  })

const asked = (context: EdgeContext): Persona => {
  const { node, call } = context
  if (node.type !== 'Persona' || node.persona.deleted) throw unsupported(call.method, node.id)
  mayMessage(context)
  return node.persona
}

const mayMessage = (context: EdgeContext) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging', 'MESSAGING')
  return caller
}
