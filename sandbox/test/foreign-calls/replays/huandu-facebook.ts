import { BAD_CODE, DONE, NO_SUCH_FIELD, PAGE, PAGE_TOKEN_FACTS, SENT, SET, USER_TOKEN } from './answers.ts'
import type { Replay } from '../replay.ts'

/** `format=json` in every call; a list is JSON; everything but GET is a POST form with `method`. */
export const huanduFacebook: Replay = {
  client: 'huandu/facebook v2 (Go)',
  headers: { 'user-agent': 'Go-http-client/1.1', 'accept-encoding': 'gzip' },
  calls: [
    {
      title: 'Get',
      path: '/v25.0/me?format=json&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: PAGE,
    },
    {
      title: 'Get with fields as a list',
      path: '/v25.0/me?access_token={{pageToken}}&appsecret_proof={{proof}}&fields=%5B%22id%22%2C%22name%22%2C%22category%22%5D&format=json',
      expected: { id: '{{pageId}}', name: 'Corner Bakery', category: 'Bakery' },
    },
    {
      title: 'Get with fields as a text',
      path: '/v25.0/me?fields=id%2Cname%2Cfirst_name&format=json&access_token={{userToken}}&appsecret_proof={{userProof}}',
      expected: { id: '{{userId}}', name: 'Olivia Operator', first_name: 'Olivia' },
    },
    {
      title: 'Get with a query in the path',
      path: '/v25.0/me?format=json&access_token={{pageToken}}&appsecret_proof={{proof}}&fields=name%2Cid',
      expected: PAGE,
    },
    {
      title: 'Get without a session',
      path: '/v25.0/{{pageId}}?fields=name&access_token={{pageToken}}&format=json',
      expected: PAGE,
    },
    { path: '/v25.0/me/accounts?format=json&access_token={{userToken}}&appsecret_proof={{userProof}}' },
    {
      method: 'POST',
      path: '/v25.0/{{pageId}}/feed',
      form: 'message=one&format=json&access_token={{pageToken}}&appsecret_proof={{proof}}',
    },
    {
      title: 'Get of a list',
      method: 'POST',
      path: '/v25.0/{{pageId}}/feed',
      form: 'message=two&format=json&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: { id: /_\d+$/ },
    },
    {
      path: '/v25.0/{{pageId}}/feed?format=json&access_token={{pageToken}}&appsecret_proof={{proof}}&limit=1',
      keep: { after: 'paging.cursors.after' },
    },
    {
      title: 'Paging and Next',
      path: '/v25.0/{{pageId}}/feed?access_token={{pageToken}}&appsecret_proof={{proof}}&limit=1&after={{after}}&appsecret_proof={{proof}}',
      expected: { data: [{ created_time: /^\d{4}-/, message: /./, id: /_\d+$/ }] },
    },
    {
      title: 'Post of a message',
      method: 'POST',
      path: '/v25.0/me/messages',
      form: 'appsecret_proof={{proof}}&recipient=%7B%22id%22%3A%22{{psid}}%22%7D&message=%7B%22text%22%3A%22from+go%22%7D&messaging_type=RESPONSE&format=json&access_token={{pageToken}}',
      expected: SENT,
    },
    {
      title: 'Post of a message with quick replies',
      method: 'POST',
      path: '/v25.0/me/messages',
      form: 'format=json&access_token={{pageToken}}&appsecret_proof={{proof}}&recipient=%7B%22id%22%3A%22{{psid}}%22%7D&message=%7B%22quick_replies%22%3A%5B%7B%22content_type%22%3A%22text%22%2C%22payload%22%3A%22a%22%2C%22title%22%3A%22A%22%7D%5D%2C%22text%22%3A%22Pick%22%7D',
      expected: SENT,
    },
    {
      title: 'Post of a file',
      method: 'POST',
      path: '/v25.0/me/messages',
      file: {
        fields: {
          access_token: '{{pageToken}}',
          appsecret_proof: '{{proof}}',
          recipient: '{"id":"{{psid}}"}',
          message: '{"attachment":{"payload":{},"type":"image"}}',
          format: 'json',
        },
        name: '/tmp/sbx-clients/a.png',
        type: 'image/png',
        content: 'picture',
      },
      expected: SENT,
    },
    {
      title: 'Post on the wall',
      method: 'POST',
      path: '/v25.0/{{pageId}}/feed',
      form: 'message=from+go&format=json&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: { id: /_\d+$/ },
      keep: { made1: 'id' },
    },
    {
      title: 'Delete',
      method: 'POST',
      path: '/v25.0/{{made1}}',
      form: 'method=DELETE&format=json&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: DONE,
    },
    {
      title: 'Post of a profile',
      method: 'POST',
      path: '/v25.0/me/messenger_profile',
      form: 'appsecret_proof={{proof}}&get_started=%7B%22payload%22%3A%22start%22%7D&format=json&access_token={{pageToken}}',
      expected: SET,
    },
    {
      title: 'Delete with parameters',
      method: 'POST',
      path: '/v25.0/me/messenger_profile',
      form: 'fields=%5B%22get_started%22%5D&format=json&access_token={{pageToken}}&appsecret_proof={{proof}}&method=DELETE',
      expected: SET,
    },
    {
      title: 'BatchApi',
      method: 'POST',
      path: '/v25.0/',
      form: 'batch=%5B%7B%22method%22%3A%22GET%22%2C%22relative_url%22%3A%22me%22%7D%2C%7B%22body%22%3A%22recipient%3D%257B%2522id%2522%253A%2522{{psid}}%2522%257D%5Cu0026message%3D%257B%2522text%2522%253A%2522b%2522%257D%22%2C%22method%22%3A%22POST%22%2C%22relative_url%22%3A%22me%2Fmessages%22%7D%2C%7B%22method%22%3A%22GET%22%2C%22relative_url%22%3A%22nonsense%22%7D%5D&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: [{ code: 200 }, { code: 200 }, { code: 400 }],
      refused: '803',
    },
    {
      title: 'Batch with attached files',
      method: 'POST',
      path: '/v25.0/',
      file: {
        fields: {
          access_token: '{{pageToken}}',
          appsecret_proof: '{{proof}}',
          batch:
            '[{"attached_files":"file1","body":"recipient=%7B%22id%22%3A%22{{psid}}%22%7D\\u0026message=%7B%22attachment%22%3A%7B%22type%22%3A%22image%22%2C%22payload%22%3A%7B%7D%7D%7D","method":"POST","relative_url":"me/messages"}]',
        },
        name: '/tmp/sbx-clients/a.png',
        type: 'image/png',
        content: 'picture',
        field: 'file1',
      },
      expected: [{ code: 200 }],
    },
    {
      title: 'Session.Inspect',
      path: '/v25.0/debug_token?access_token={{appTokenEncoded}}&format=json&appsecret_proof={{proof}}&input_token={{pageToken}}',
      expected: PAGE_TOKEN_FACTS,
    },
    {
      title: 'Session.User',
      path: '/v25.0/me?fields=id&format=json&access_token={{userToken}}&appsecret_proof={{userProof}}',
      expected: { id: '{{userId}}' },
    },
    {
      title: 'Session.Validate of a token that is none',
      path: '/v25.0/me?fields=id&format=json&access_token=nonsense&appsecret_proof=a9883ab8c15c94479f7121a7df47dbd8d511f5ec839a882e32a2c302b2ad7455',
      expected: { error: { message: 'Invalid OAuth access token.' } },
      refused: '190',
    },
    {
      title: 'App.ExchangeToken',
      method: 'POST',
      path: '/v25.0/oauth/access_token',
      form: 'client_secret={{appSecret}}&fb_exchange_token={{userToken}}&grant_type=fb_exchange_token&client_id={{appId}}',
      expected: USER_TOKEN,
    },
    {
      title: 'App.GetCode',
      method: 'POST',
      path: '/v25.0/oauth/client_code',
      form: 'client_id={{appId}}&client_secret={{appSecret}}&redirect_uri=https%3A%2F%2Fa.example%2F&access_token={{userToken}}',
      expected: { code: /^AQ/ },
    },
    {
      title: 'App.ParseCode with a bad code',
      method: 'POST',
      path: '/v25.0/oauth/access_token',
      form: 'client_id={{appId}}&redirect_uri=https%3A%2F%2Fa.example%2F&client_secret={{appSecret}}&code=x',
      expected: BAD_CODE,
      refused: '100',
    },
    {
      title: 'Debug mode',
      path: '/v25.0/me?debug=all&format=json&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: { name: 'Corner Bakery', id: '{{pageId}}', __debug__: { messages: [] } },
    },
    {
      title: 'Authorization header',
      path: '/v25.0/me?appsecret_proof={{proof}}&format=json',
      headers: { authorization: 'Bearer {{pageToken}}' },
      expected: PAGE,
    },
    {
      title: 'RFC 3339 times',
      path: '/v25.0/me/conversations?appsecret_proof={{proof}}&format=json&date_format=Y-m-d%5CTH%3Ai%3AsP&access_token={{pageToken}}',
      expected: { data: [{ id: /^t_/, updated_time: /^\d{4}-/ }] },
    },
    {
      title: 'an error',
      path: '/v25.0/me?fields=colour&format=json&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: NO_SUCH_FIELD,
      refused: '100',
    },
  ],
}
