// @ts-check

/** @import { PageView } from '../api.ts' */

/**
 * A token was handed out for the Page and no longer works. A Page without any token is not dead, only new.
 *
 * @param {PageView['token']} token
 */
export const isDead = ({ handedOut, alive }) => handedOut && !alive
