// @ts-check

/** @import { PageView } from '../api.ts' */

/**
 * A token was handed out for the Page and no longer works. A Page without any token is not dead, only new.
 *
 * @param {PageView['token']} token
 */
export const isDead = ({ handedOut, alive }) => handedOut && !alive

const WORDS = {
  expired: 'It has expired (190/463)',
  'password-changed': 'Its owner changed the password (190/460)',
  'app-removed': 'Its owner removed the app (190/458)',
  'role-lost': 'Its owner lost the role on the Page (190/492)',
  checkpoint: 'Facebook wants its owner to log in and pass a check (190/459)',
  revoked: 'It was revoked (190/467)',
  'page-unpublished': 'The Page is no longer published (190)',
}

/**
 * The reason why a token died, in words; an unknown reason of a newer sandbox is shown unchanged.
 *
 * @param {string} reason
 */
export const causeOfDeath = (reason) => new Map(Object.entries(WORDS)).get(reason) ?? reason
