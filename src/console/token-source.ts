import type { Config } from '../config.ts'

/** Where a person makes a user token for this app. */
export const tokenSource = ({
  FB_APP_ID,
  FB_GRAPH_URL,
  FB_GRAPH_VERSION,
}: Pick<Config, 'FB_APP_ID' | 'FB_GRAPH_URL' | 'FB_GRAPH_VERSION'>): { url: string; words: string } =>
  new URL(FB_GRAPH_URL).hostname === 'graph.facebook.com'
    ? {
        url: `https://developers.facebook.com/tools/explorer/${FB_APP_ID}/?version=${FB_GRAPH_VERSION}`,
        words: 'the Graph API Explorer',
      }
    : { url: FB_GRAPH_URL, words: 'the sandbox' }
