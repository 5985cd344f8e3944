import {
  ACCOUNTS,
  APP_TOKEN,
  BAD_CODE,
  DONE,
  NO_IDS,
  PAGE,
  PAGE_TOKEN_FACTS,
  SENT,
  USER_TOKEN,
} from './answers.ts'
import type { Replay } from '../replay.ts'

/** Asks versions up to 8.0, which run on the oldest alive; a form, and the query where a POST has no parameters. */
export const facebookSdk: Replay = {
  client: 'facebook-sdk (Python)',
  headers: { 'user-agent': 'python-requests/2.28.1', accept: '*/*', 'accept-encoding': 'gzip, deflate' },
  calls: [
    {
      title: 'get_object',
      path: '/v3.1/me?access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: PAGE,
    },
    {
      title: 'get_object with fields',
      path: '/v3.1/me?fields=id%2Cname%2Ccategory%2Cpicture&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: {
        id: '{{pageId}}',
        name: 'Corner Bakery',
        category: 'Bakery',
        picture: { data: { height: 50, is_silhouette: false, url: /^http/, width: 50 } },
      },
    },
    {
      title: 'get_objects',
      path: '/v3.1/?ids={{pageId}}%2C{{userId}}&access_token={{userToken}}',
      expected: NO_IDS,
      refused: '100',
    },
    {
      title: 'get_permissions',
      path: '/v3.1/me/permissions?access_token={{userToken}}',
      expected: { data: [{ permission: 'pages_show_list', status: 'granted' }] },
    },
    { title: 'get_connections', path: '/v3.1/me/accounts?access_token={{userToken}}', expected: ACCOUNTS },
    {
      path: '/v3.1/{{pageId}}/conversations?fields=id%2Cmessages.limit%281%29%7Bmessage%7D&limit=1&access_token={{pageToken}}&appsecret_proof={{proof}}',
    },
    {
      method: 'POST',
      path: '/v3.1/{{pageId}}/feed',
      form: 'message=one&access_token={{pageToken}}&appsecret_proof={{proof}}',
    },
    {
      title: 'get_connections with fields and limit',
      method: 'POST',
      path: '/v3.1/{{pageId}}/feed',
      form: 'message=two&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: { id: /_\d+$/ },
    },
    {
      path: '/v3.1/{{pageId}}/feed?limit=1&access_token={{pageToken}}&appsecret_proof={{proof}}',
      keep: { after: 'paging.cursors.after' },
    },
    {
      path: '/v3.1/{{pageId}}/feed?appsecret_proof={{proof}}&limit=1&after={{after}}&access_token={{pageToken}}',
      keep: { after: 'paging.cursors.after' },
    },
    {
      title: 'get_all_connections',
      path: '/v3.1/{{pageId}}/feed?appsecret_proof={{proof}}&limit=1&after={{after}}&access_token={{pageToken}}',
      expected: { data: [{ created_time: /^\d{4}-/, message: /./, id: /_\d+$/ }] },
    },
    {
      title: 'put_object',
      method: 'POST',
      path: '/v3.1/{{pageId}}/feed',
      form: 'message=from+facebook-sdk&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: { id: /_\d+$/ },
      keep: { made1: 'id' },
    },
    {
      title: 'put_comment',
      method: 'POST',
      path: '/v3.1/{{made1}}/comments',
      form: 'message=a+comment&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: { id: /_\d+$/ },
    },
    {
      title: 'put_like',
      method: 'POST',
      path: '/v3.1/{{made1}}/likes?access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: DONE,
    },
    {
      title: 'delete_object',
      method: 'DELETE',
      path: '/v3.1/{{made1}}?access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: DONE,
    },
    {
      title: 'put_object of a message',
      method: 'POST',
      path: '/v3.1/me/messages',
      form: 'recipient=%7B%22id%22%3A+%22{{psid}}%22%7D&message=%7B%22text%22%3A+%22from+facebook-sdk%22%7D&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: SENT,
    },
    {
      title: 'put_photo',
      method: 'POST',
      path: '/v3.1/me/photos',
      file: {
        fields: { message: 'look', access_token: '{{pageToken}}', appsecret_proof: '{{proof}}' },
        name: 'source',
        type: '',
        content: 'picture',
        field: 'source',
      },
      expected: { id: /^\d+$/, post_id: /_\d+$/ },
    },
    { title: 'get_version', path: '/v3.1/me?access_token={{pageToken}}', expected: PAGE },
    {
      title: 'get_app_access_token',
      path: '/v3.1/oauth/access_token?grant_type=client_credentials&client_id={{appId}}&client_secret={{appSecret}}',
      expected: APP_TOKEN,
    },
    {
      title: 'get_access_token_from_code',
      path: '/v3.1/oauth/access_token?code=x&redirect_uri=https%3A%2F%2Fa.example%2F&client_id={{appId}}&client_secret={{appSecret}}',
      expected: BAD_CODE,
      refused: '100',
    },
    {
      title: 'extend_access_token',
      path: '/v3.1/oauth/access_token?client_id={{appId}}&client_secret={{appSecret}}&grant_type=fb_exchange_token&fb_exchange_token={{userToken}}&access_token={{userToken}}',
      expected: USER_TOKEN,
    },
    {
      title: 'debug_access_token',
      path: '/v3.1/debug_token?input_token={{pageToken}}&access_token={{appTokenEncoded}}',
      expected: PAGE_TOKEN_FACTS,
    },
    {
      title: 'search',
      path: '/v3.1/search/?q=bakery&center=52.5%2C13.4&type=place&access_token={{userToken}}',
    },
    {
      title: 'get_object without a token',
      path: '/v3.1/{{pageId}}',
      expected: { error: { message: 'An access token is required to request this resource.' } },
      refused: '104',
    },
  ],
}
