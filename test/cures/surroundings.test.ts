import t from 'tap'
import { CHECKOUT, fitCommands, surroundingsOf, surroundingsOfEnded } from '../../src/cures/surroundings.ts'

const HOST = { hostname: '0123456789ab', isMarked: false, bin: 'bin' }
const checkout = surroundingsOf({}, { ...HOST, pid: 4711, ppid: 4710 })
const container = surroundingsOf({}, { ...HOST, pid: 1, ppid: 0 })
const service = surroundingsOf({ EVERGREEN_COMMAND: 'sudo evergreen' }, { ...HOST, pid: 4711, ppid: 1 })
const folder = surroundingsOf({}, { ...HOST, pid: 4711, ppid: 4710, bin: '/opt/ever green/bin' })
const installed = surroundingsOf(
  {},
  { ...HOST, pid: 4711, ppid: 4710, bin: '/opt/my-bot/node_modules/evergreen-messenger/bin' },
)
const demo = surroundingsOf({ EVERGREEN_DEMO: '4000' }, { ...HOST, pid: 4711, ppid: 1 })

t.test('where the bot runs is told by its process, not by what surrounds its machine', async (t) => {
  t.equal(checkout.is, 'checkout')
  t.equal(surroundingsOf({}, { ...HOST, pid: 4711, ppid: 4710, isMarked: true }).is, 'checkout')
  t.equal(container.is, 'container')
  t.equal(surroundingsOf({}, { ...HOST, pid: 7, ppid: 0 }).is, 'container', 'docker exec')
  t.equal(surroundingsOf({}, { ...HOST, pid: 7, ppid: 1, isMarked: true }).is, 'container', 'below an init')
  t.equal(surroundingsOf({}, { ...HOST, pid: 7, ppid: 1 }).is, 'checkout', 'a service of the machine')
  t.equal(demo.is, 'demo')
  t.equal(service.is, 'service')
  t.equal(surroundingsOf({ EVERGREEN_COMMAND: ' ' }, { ...HOST, pid: 4711, ppid: 1 }).is, 'checkout')
  t.equal(folder.is, 'folder')
  t.equal(installed.is, 'folder')
})

t.test('a cure is told as it can be followed where the bot runs', async (t) => {
  const cures: [cure: string, inContainer: string, inDemo: string][] = [
    [
      'Run `npm run bootstrap-token -- --page 1001` with a new token.',
      'Run `docker exec -it 0123456789ab node bin/bootstrap-token.ts --page 1001` with a new token.',
      'Run `npm run demo:repair` with a new token.',
    ],
    [
      'Run `npm run doctor`: it tells.',
      'Run `docker exec -it 0123456789ab node bin/doctor.ts`: it tells.',
      'Run `npm run demo:run -- doctor`: it tells.',
    ],
    [
      'npm run bootstrap-token -- --page 7',
      'docker exec -it 0123456789ab node bin/bootstrap-token.ts --page 7',
      'npm run demo:repair',
    ],
    [
      'Look with `npm run dead-letters -- show a.1`, or "npm run script:check".',
      'Look with `docker exec -it 0123456789ab node bin/dead-letters.ts show a.1`, or "docker exec -it 0123456789ab node bin/script-check.ts".',
      'Look with `npm run demo:run -- dead-letters -- show a.1`, or "npm run demo:run -- script:check".',
    ],
    [
      'npm start, or start its service',
      'docker restart 0123456789ab, or start its service',
      'npm run demo, or start its service',
    ],
    ['Compare FB_APP_ID.', 'Compare FB_APP_ID.', 'Compare FB_APP_ID.'],
  ]
  for (const [cure, inContainer, inDemo] of cures) {
    t.equal(fitCommands(cure, CHECKOUT), cure)
    t.equal(fitCommands(cure, container), inContainer)
    t.equal(fitCommands(cure, demo), inDemo)
    for (const place of [container, demo, service, folder, installed]) {
      const once = fitCommands(cure, place)
      t.equal(fitCommands(once, place), once, 'told on by another part, it stays the same')
    }
  }
  const told = 'Run `npm run bootstrap-token -- --page 1001`, `npm run script:check`, then `npm start`.'
  t.equal(
    fitCommands(told, service),
    'Run `sudo evergreen bootstrap-token --page 1001`, `sudo evergreen script:check`, then `sudo evergreen start`.',
  )
  t.equal(
    fitCommands(told, folder),
    'Run `node "/opt/ever green/bin/bootstrap-token.ts" --page 1001`, `node "/opt/ever green/bin/script-check.ts"`, then `node "/opt/ever green/bin/serve.js"`.',
  )
  t.equal(
    fitCommands(told, installed),
    'Run `npx evergreen-messenger bootstrap-token --page 1001`, `npx evergreen-messenger script:check`, then `npm start`.',
  )
  const settings = 'Set them in the environment or in .env; .env.example explains each.'
  t.equal(fitCommands(settings, folder), settings)
  t.match(
    fitCommands(settings, service),
    /^Set them in the file .*EnvironmentFile, such as \/etc\/evergreen\.env/,
  )
  const page = 'docs/handlers.md shows it; so does "x" in docs/errors.md.'
  t.equal(fitCommands(page, checkout), page)
  t.equal(
    fitCommands(page, installed),
    'node_modules/evergreen-messenger/docs/handlers.md shows it; so does "x" in node_modules/evergreen-messenger/docs/errors.md.',
  )
  t.equal(fitCommands(fitCommands(page, installed), installed), fitCommands(page, installed))
  t.match(fitCommands(page, folder), /^\/opt\/ever green\/docs\/handlers\.md/)
  t.equal(
    fitCommands('pass show facebook | npm run bootstrap-token', container),
    'pass show facebook | docker exec -i 0123456789ab node bin/bootstrap-token.ts',
    'a pipe is no terminal',
  )
  t.equal(
    fitCommands('Stop the bot, run `npm run restore -- FOLDER`, then `npm start`.', container),
    'Stop the bot, run `docker compose run --rm --entrypoint node bot bin/restore.ts FOLDER`, then `docker restart 0123456789ab`.',
    'a container that has stopped takes no commands',
  )
  const ended = surroundingsOfEnded({}, { ...HOST, pid: 1, ppid: 0, bin: '/app/bin' })
  t.equal(
    fitCommands('`npm run doctor` says.', ended),
    '`docker compose run --rm --entrypoint node bot /app/bin/doctor.ts` says.',
    'nor does one whose start failed',
  )
  t.same(surroundingsOfEnded({}, { ...HOST, pid: 4711, ppid: 4710 }), checkout)
  t.match(fitCommands('npm run rotate-token-key', container), /-e NEW_TOKEN_KEY 0123456789ab/)
  const other = surroundingsOf({ EVERGREEN_DEMO: '4002' }, { ...HOST, pid: 2, ppid: 2 })
  t.equal(fitCommands('Run `npm run bootstrap-token`.', other), 'Run `npm run demo:repair -- 4002`.')
  t.equal(fitCommands('Run `npm run doctor`.', other), 'Run `npm run demo:run -- --port 4002 doctor`.')
  for (const [cure, inDemo] of [
    [' with a new user token; it is taken at once.', '; it is taken at once.'],
    [' with a new user token before that.', ' before that.'],
    [' with a user token that has it.', '.'],
    [' with a user token of that app.', '.'],
    [' with a new user token of that person.', '.'],
    ['; it says where to get the user token it asks for.', '.'],
    [' as that person.', ' as that person.'],
  ])
    t.equal(
      fitCommands(`Run \`npm run bootstrap-token -- --page 1\`${cure}`, demo),
      `Run \`npm run demo:repair\`${inDemo}`,
      'the command gets a user token itself',
    )
  const elsewhere = surroundingsOf({}, { ...HOST, pid: 1, ppid: 0, bin: '/app/bin' })
  t.equal(
    fitCommands('Run `npm run doctor`.', elsewhere),
    'Run `docker exec -it 0123456789ab node /app/bin/doctor.ts`.',
    'a container whose folder is not that of the program',
  )
})
