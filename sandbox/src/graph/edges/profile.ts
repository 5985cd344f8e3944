import { demand } from '../call.ts'
import { badParameter, GraphFailure, missingParameter } from '../failure.ts'
import { optionalList, unpack } from '../params.ts'
import { PROFILE_RULES } from '../profile-rules.ts'
import { asPage, type Edge } from './edge.ts'

/** The Messenger Profile (reference G). */
const PROPERTIES = [
  'get_started',
  'greeting',
  'ice_breakers',
  'persistent_menu',
  'commands',
  'whitelisted_domains',
  'account_linking_url',
  'subject_to_new_eu_privacy_rules',
  'home_url',
  'payment_settings',
  'target_audience',
]

export const readProfile: Edge = (context) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging')
  const fields = optionalList(context.call.params, 'fields')
  if (!fields?.length) throw missingParameter('fields')
  known(fields)
  const profile: Record<string, unknown> = { ...caller.page.profile, subject_to_new_eu_privacy_rules: false }
  const found = Object.fromEntries(fields.flatMap((name) => (name in profile ? [[name, profile[name]]] : [])))
  return { data: Object.keys(found).length > 0 ? [found] : [] }
}

/** Overwrites the given properties alone, and none of them when one is wrong. */
export const writeProfile: Edge = (context) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging')
  const given = Object.fromEntries(
    PROPERTIES.filter((name) => context.call.params[name] !== undefined).map((name) => [
      name,
      unpack(context.call.params[name]),
    ]),
  )
  if (Object.keys(given).length === 0) {
    throw badParameter(`Requires one of the params: ${PROPERTIES.join(',')}`)
  }
  for (const [name, value] of Object.entries(given)) PROFILE_RULES[name]?.(value)
  const next: Record<string, unknown> = { ...caller.page.profile, ...given }
  menuNeedsGetStarted(next)
  caller.page.profile = next
  context.parts.bus.stateChanged()
  return { result: 'success' }
}

export const deleteProfile: Edge = (context) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging')
  const fields = optionalList(context.call.params, 'fields')
  if (!fields?.length) throw missingParameter('fields')
  known(fields)
  const next = Object.fromEntries(
    Object.entries(caller.page.profile).filter(([name]) => !fields.includes(name)),
  )
  menuNeedsGetStarted(next)
  caller.page.profile = next
  context.parts.bus.stateChanged()
  return { result: 'success' }
}

const known = (fields: readonly string[]) => {
  const strange = fields.find((name) => !PROPERTIES.includes(name))
  if (strange !== undefined)
    throw badParameter(`Param fields[0] must be one of {${PROPERTIES.join(', ').toUpperCase()}}`)
}

const menuNeedsGetStarted = (profile: Record<string, unknown>) => {
  if (profile['persistent_menu'] === undefined || profile['get_started'] !== undefined) return
  throw new GraphFailure({
    message: '(#100) You must set a Get Started button if you also wish to use persistent menu',
    code: 100,
    error_subcode: 2018145,
  })
}
