import { businessSdk } from './sdk.ts'
import { fb, fbgraph } from './callbacks.ts'
import { judge, type Surroundings } from './kinds.ts'
import { messagingApis } from './messaging-apis.ts'

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

const judged = [
  ...(await judge('fbgraph 1.4.4', fbgraph(world))),
  ...(await judge('fb 2.0.0', fb(world))),
  ...(await judge('messaging-api-messenger 1.1.0', messagingApis(world))),
  ...(await handBack()),
  ...(await judge('facebook-nodejs-business-sdk 24.0.1', businessSdk(world))),
]
process.stdout.write(JSON.stringify(judged))
process.exit(0)
