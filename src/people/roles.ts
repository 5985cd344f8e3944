/** The roles of people in the console; each role includes those before it. */
export const ROLES = ['viewer', 'operator', 'owner'] as const
export type Role = (typeof ROLES)[number]

/** Descriptions for the page on which an owner chooses a role. */
export const ROLE_WORDS: Record<Role, string> = {
  viewer: 'looks at everything but secrets',
  operator: 'looks, answers visitors and repairs: tokens, dead letters, trial alerts',
  owner: 'looks, repairs, changes what the bot says and who may be here',
}

export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text)

/** Whether `role` includes `needed`. */
export const mayAs = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed)
