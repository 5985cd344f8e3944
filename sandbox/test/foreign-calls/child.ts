import { businessSdk } from './sdk.ts'
import { fb, fbgraph } from './callbacks.ts'
import { judge, type Judged, type Surroundings } from './kinds.ts'
import { messagingApis } from './messaging-apis.ts'
import { replayed } from './replay.ts'
import { facebookMessenger } from './replays/facebook-messenger.ts'
import { facebookSdk } from './replays/facebook-sdk.ts'
import { fbMessengerPhp } from './replays/fb-messenger-php.ts'
import { fbmessenger } from './replays/fbmessenger.ts'
import { huanduFacebook } from './replays/huandu-facebook.ts'
import { koala } from './replays/koala.ts'
import { originalCoastClothing } from './replays/original-coast-clothing.ts'
import { phpGraphSdk } from './replays/php-graph-sdk.ts'
import { pymessenger } from './replays/pymessenger.ts'
import { restfb } from './replays/restfb.ts'

/**
 * Runs the foreign clients unmodified, at the address of Facebook that stands in their code; `HTTPS_PROXY` and
 * `NODE_EXTRA_CA_CERTS` in the surroundings of this process lead it to the sandbox.
 */
const world = JSON.parse(process.env['SURROUNDINGS'] ?? '{}') as Surroundings

/** The client before left the thread in the Page inbox. */
const handBack = async (): Promise<[]> => {
  await fetch(`${world.origin}/sandbox/inbox/${world.pageId}/${world.psid}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'hand_back' }),
  })
  return []
}

const REPLAYS = [
  koala,
  phpGraphSdk,
  huanduFacebook,
  restfb,
  facebookSdk,
  fbmessenger,
  pymessenger,
  facebookMessenger,
  fbMessengerPhp,
  originalCoastClothing,
]

const judged: Judged[] = [
  ...(await judge('fbgraph 1.4.4', fbgraph(world), world)),
  ...(await judge('fb 2.0.0', fb(world), world)),
  ...(await judge('messaging-api-messenger 1.1.0', messagingApis(world), world)),
  ...(await handBack()),
  ...(await judge('facebook-nodejs-business-sdk 24.0.1', businessSdk(world), world)),
  ...(await handBack()),
]
for (const replay of REPLAYS)
  judged.push(...(await judge(replay.client, replayed(world, replay), world, 'replayed')))
process.stdout.write(JSON.stringify(judged))
process.exit(0)
