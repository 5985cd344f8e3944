import { fileURLToPath } from 'node:url'

// Handlers come first, because for process 1, as in a container, the kernel drops signals without a handler. So far the process
// can exit at once; later serve/main.ts installs its own handlers.
const endAtOnce = () => process.exit(0)
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, endAtOnce)
// Without a listener, SIGUSR1 opens the inspector, which shows every secret. The option --disable-sigusr1 would prevent that,
// too, but an old Node refuses it before the check below can report the version.
process.on('SIGUSR1', () => {})

// This file and the next one are JavaScript, because the first files never come from the compile cache, and Node would load its
// type stripper for them.
await import('./node-version.js')

// Only this user may read the bot's files, which hold secrets and visitors' texts.
process.umask(0o077)
// People send Node.js's crash reports to others, so the environment with its secrets is left out of them.
process.report.excludeEnv = true

// Stripping the types of the source files is most of a start; the cache saves it from the second start on. If the folder cannot
// be written, the start is only slower.
const { enableCompileCache } = await import('node:module')
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/evergreen', import.meta.url)))

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  const [{ help }, { printAndExit }] = await Promise.all([import('./serve/help.ts'), import('./print.ts')])
  await printAndExit(help)
}

if (process.argv.includes('--version')) {
  const [{ VERSION }, { printAndExit }] = await Promise.all([
    import('../src/cli/command.ts'),
    import('./print.ts'),
  ])
  await printAndExit(`${VERSION}\n`)
}

// The database thread starts while the other modules are loaded. It is not needed if the environment names a database server; a
// DATABASE_URL in .env is not known yet, and the thread is then started in vain.
const { DATABASE_URL: url = '', DATABASE_URL_FILE: urlFile = '' } = process.env
const { spawnDatabaseThread } = await import('../src/store/sqlite/spawn.ts')
const databaseThread = url + urlFile === '' ? spawnDatabaseThread() : undefined

const { serve } = await import('./serve/main.ts')
await serve({ databaseThread, endAtOnce })
