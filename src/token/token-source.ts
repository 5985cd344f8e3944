import type { Config } from '../base/settings.ts'

/** Where a person makes a user token for this app. */
export interface TokenSource {
  url: string
  words: string
  /** False for a sandbox, which gives out its own tokens. */
  isFacebook: boolean
}

/** The Graph API Explorer, set to this app; or the sandbox that plays Facebook. */
export const tokenSource = ({
  FB_APP_ID,
  FB_GRAPH_URL,
  FB_GRAPH_VERSION,
}: Pick<Config, 'FB_APP_ID' | 'FB_GRAPH_URL' | 'FB_GRAPH_VERSION'>): TokenSource =>
  new URL(FB_GRAPH_URL).hostname === 'graph.facebook.com'
    ? {
        url: `https://developers.facebook.com/tools/explorer/${FB_APP_ID}/?version=${FB_GRAPH_VERSION}`,
        words: 'the Graph API Explorer',
        isFacebook: true,
      }
    : { url: FB_GRAPH_URL, words: 'the sandbox', isFacebook: false }
