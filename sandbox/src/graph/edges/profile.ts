import { demand } from '../identify.ts'
import { badParameter, emptyList, GraphFailure, missingParameter, notOneOf } from '../failure.ts'
import { wantedFields } from '../fields.ts'
import { isEmpty, optionalList, unpack, withoutEmptyInside } from '../params.ts'
import { PROFILE_RULES } from '../profile-rules.ts'
import { asPage, type Edge } from './edge.ts'

/**
 * The Messenger Profile (docs/messenger-platform.md#g): the properties that can be written, in the order in which Facebook was
 * recorded to check them in 2018 and 2025 (rehabstudio/fbmessenger#30 and public code of that year).
 */
const PROPERTIES = [
  'get_started',
  'persistent_menu',
  'target_audience',
  'whitelisted_domains',
  'greeting',
  'account_linking_url',
  'payment_settings',
  'home_url',
  'ice_breakers',
  'commands',
]

/** The requested properties that are set; unknown names are ignored. */
export const readProfile: Edge = (context) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging')
  const asked = wantedFields(context.call, '').map(({ name }) => name.toLowerCase())
  const profile: Record<string, unknown> = { ...caller.page.profile, subject_to_new_eu_privacy_rules: false }
  const found = asked.flatMap((name) => (Object.hasOwn(profile, name) ? [[name, profile[name]]] : []))
  return { data: found.length > 0 ? [Object.fromEntries(found)] : [] }
}

/** Overwrites only the given properties, and none of them if one is wrong. */
export const writeProfile: Edge = (context) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging')
  const { params } = context.call
  const given = PROPERTIES.filter((name) => !isEmpty(params[name])).map(
    (name) => [name, unpack(params[name])] as const,
  )
  if (given.length === 0) throw badParameter(`Requires one of the params: ${PROPERTIES.join(',')}`)
  for (const [name, value] of given) PROFILE_RULES[name]?.(value, caller.page.profile)
  const kept = Object.fromEntries(given.map(([name, value]) => [name, withoutEmptyInside(value)]))
  const next: Record<string, unknown> = { ...caller.page.profile, ...kept }
  menuNeedsGetStarted(next)
  caller.page.profile = next
  context.parts.bus.stateChanged()
  return { result: 'success' }
}

export const deleteProfile: Edge = (context) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging')
  // Meta's documentation writes the names small, its SDK large.
  const fields = optionalList(context.call.params, 'fields')?.map((name) => name.toLowerCase())
  if (!fields) throw missingParameter('fields')
  if (fields.length === 0) throw emptyList('fields')
  const strange = fields.findIndex((name) => !PROPERTIES.includes(name))
  if (strange >= 0) throw notOneOf(`fields[${strange}]`, PROPERTIES)
  const next = Object.fromEntries(
    Object.entries(caller.page.profile).filter(([name]) => !fields.includes(name)),
  )
  menuNeedsGetStarted(next)
  caller.page.profile = next
  context.parts.bus.stateChanged()
  return { result: 'success' }
}

/** Refuses a menu of the Page or of one visitor if the Page has no Get Started button. */
export const menuNeedsGetStarted = (profile: Record<string, unknown>): void => {
  if (profile['persistent_menu'] === undefined || profile['get_started'] !== undefined) return
  throw new GraphFailure({
    message: '(#100) You must set a Get Started button if you also wish to use persistent menu.',
    code: 100,
    error_subcode: 2018145,
  })
}
