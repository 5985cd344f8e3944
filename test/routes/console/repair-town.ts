import type { Test } from 'tap'
import { signedInTab, SMALL_SCRIPT, type Tab } from '../../helpers/console.ts'
import { buildTown, type Town } from '../../helpers/town.ts'

interface Scene extends Town {
  tab: Tab
}

export const smallTown = (
  t: Test,
  { env, ...options }: Parameters<typeof buildTown>[1] = {},
): Promise<Town> => buildTown(t, { ...options, env: { BOT_SCRIPT: SMALL_SCRIPT, ...env } })

/** A town whose token has died while replies wait, and the operator who looks. */
export const brokenTown = async (t: Test, waiting = 3): Promise<Scene> => {
  const town = await smallTown(t)
  await town.bootstrap()
  // What the bot looks up for a first message is looked up before.
  town.say('thanks')
  await town.sandbox.replies(town.pageId, town.psid, 1)
  town.sandbox.trouble('password-changed')
  for (let n = 0; n < waiting; n += 1) town.say('thanks')
  await town.parked(waiting)
  await town.app.tokens.probe()
  return { ...town, tab: await signedInTab(town.app) }
}

/** Follows the redirect to the page of the repair. */
export const follow = async (tab: Tab, answer: { statusCode: number; headers: Record<string, unknown> }) => {
  if (answer.statusCode !== 303) throw new Error(`no redirect but ${answer.statusCode}`)
  return tab.get(String(answer.headers['location']))
}
