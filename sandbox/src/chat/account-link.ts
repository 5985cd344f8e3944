import type { Rng } from '../rng.ts'
import type { Page, World } from '../world.ts'

/** Account linking: the visitor logs in at the bot's own site, which sends them back here with a code. */

/** "The token expires in 5 minutes." */
const LIFE_MS = 5 * 60_000

/** The address under Facebook's origin to which the bot's site sends the visitor back. */
export const ACCOUNT_LINKING_PATH = '/messenger_platform/account_linking/'

/** The address a button of the type `account_link` opens. */
export const openAccountLink = (
  world: World,
  { rng, origin, nowMs }: { rng: Rng; origin: string; nowMs: number },
  page: Page,
  psid: string,
  loginUrl: string,
): { mid: string; url: string } => {
  for (const [token, { expiresAtMs }] of world.accountLinks) {
    if (expiresAtMs <= nowMs) world.accountLinks.delete(token)
  }
  const token = `AR${rng.letters(40)}`
  world.accountLinks.set(token, { pageId: page.id, psid, expiresAtMs: nowMs + LIFE_MS })
  const back = new URL(ACCOUNT_LINKING_PATH, origin)
  back.searchParams.set('account_linking_token', token)
  const url = new URL(loginUrl)
  url.searchParams.set('account_linking_token', token)
  url.searchParams.set('redirect_uri', back.href)
  return { mid: '', url: url.href }
}
