import { createOutside } from '../../src/doctor/outside.ts'
import { makeCertificate } from '../helpers/certificate.ts'
import { passOn, startProxy } from './lab.ts'
import { type Expected, type Row, behind, nameEach } from './rows.ts'

nameEach([
  {
    what: 'no public address',
    arrange: ({ env }) => delete env['PUBLIC_URL'],
    expected: { address: ['warning', /PUBLIC_URL is not set/, /Set PUBLIC_URL/] },
    skipped: { certificate: /PUBLIC_URL is not set/, verification: /PUBLIC_URL is not set/ },
  },
  {
    what: 'a public address that does not resolve',
    arrange: ({ env }) => (env['PUBLIC_URL'] = 'https://bot.invalid'),
    expected: {
      address: ['failure', /no DNS entry for bot\.invalid/, /A or AAAA record/],
      'app-subscription': ['failure', /not to https:\/\/bot\.invalid\/webhook/, /./],
    },
    skipped: { verification: /"Address" failed/ },
  },
  {
    what: 'a bot with another verify token',
    arrange: ({ env }) => (env['FB_VERIFY_TOKEN'] = 'hush-other-verify-token'),
    expected: { verification: ['failure', /another verify token than FB_VERIFY_TOKEN/, /Restart the bot/] },
  },
  {
    what: 'a proxy that does not reach the bot',
    arrange: async (world, test) => {
      await behind(world, await startProxy(test, passOn('http://127.0.0.1:1')))
    },
    expected: { verification: ['failure', /does not reach the bot \(HTTP 502\)/, /Start the bot/] },
  },
  {
    what: 'a proxy that redirects',
    arrange: async (world, test) => {
      await behind(
        world,
        await startProxy(test, (_q, response) => response.writeHead(301, { location: '/' }).end()),
      )
    },
    expected: { verification: ['failure', /redirects \(HTTP 301\)/, /address it leads to/] },
  },
  {
    what: 'a proxy that serves something else',
    arrange: async (world, test) => {
      await behind(world, await startProxy(test, (_q, response) => response.end('Welcome to nginx!')))
    },
    expected: { verification: ['failure', /not as the bot does/, /pass \/webhook on/] },
  },
  {
    what: 'a proxy that changes the body',
    arrange: async (world, test) => {
      const pretty = (body: Buffer) => Buffer.from(body.toString().replaceAll(',', ', '))
      await behind(world, await startProxy(test, passOn(world.origin, pretty)))
    },
    expected: { callback: ['failure', /changes the body/, /unchanged/] },
  },
  {
    what: 'a stand-in that believes everybody',
    arrange: async (world, test) => {
      const port = await startProxy(test, (request, response) => {
        response.end(
          new URL(request.url ?? '', 'http://x').searchParams.get('hub.challenge') ?? 'EVENT_RECEIVED',
        )
      })
      await behind(world, port)
    },
    expected: {
      stranger: ['failure', /any token is answered/, /pass everything on/],
      forgery: ['failure', /without a signature is accepted/, /not this bot/],
    },
  },
  ...certificates(),
])

/** An https proxy with the certificate in question; `authority` is what the world trusts. */
function certificates(): Row[] {
  const authority = makeCertificate({ name: 'Test authority' })
  const byAuthority = { name: 'bot', hosts: ['localhost'], by: authority }
  const DAY_MS = 86_400_000
  const row = (what: string, wish: Parameters<typeof makeCertificate>[0], expected: Expected): Row => ({
    what,
    arrange: async (world, test) => {
      world.seen.outside = createOutside({ ca: authority.cert })
      await behind(world, await startProxy(test, passOn(world.origin), makeCertificate(wish)), 'https')
    },
    expected,
  })
  return [
    row('a good certificate is no trouble', byAuthority, {}),
    row(
      'a certificate that signs itself',
      { name: 'bot', hosts: ['localhost'] },
      {
        certificate: ['failure', /signs itself, which Facebook refuses/, /Let’s Encrypt/],
      },
    ),
    row(
      'a certificate that has expired',
      { ...byAuthority, fromMs: Date.now() - 9 * DAY_MS, untilMs: Date.now() - DAY_MS },
      {
        certificate: ['failure', /has expired/, /certbot renew/],
      },
    ),
    row(
      'a certificate that expires soon',
      { ...byAuthority, untilMs: Date.now() + 5 * DAY_MS },
      {
        certificate: ['warning', /expires on 20\d\d-/, /not renewed/],
      },
    ),
    row(
      'a certificate for another name',
      { ...byAuthority, hosts: ['other.example'] },
      {
        certificate: ['failure', /for another name/, /PUBLIC_URL/],
      },
    ),
    row(
      'a certificate whose chain is incomplete',
      { ...byAuthority, by: makeCertificate({ name: 'Intermediate', by: authority }) },
      {
        certificate: ['failure', /without the one between|unknown authority/, /full chain/],
      },
    ),
  ]
}
