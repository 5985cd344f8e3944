import { fileURLToPath } from 'node:url'

// First of all: for process 1, as in a container, the kernel drops a signal that has no handler. Nothing has begun yet that would
// have to be ended; once something has, serve/main.ts takes over.
const endAtOnce = () => process.exit(0)
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, endAtOnce)
// Without a listener this signal opens the inspector, which shows every secret. --disable-sigusr1 would do it, too, but an old Node
// refuses that option before it can say below that it is too old.
process.on('SIGUSR1', () => {})

// JavaScript, as this file is: the first file never comes from the compile cache, and what strips types would be loaded for it alone.
await import('./node-version.js')

// Secrets and visitors' words: what the bot writes is for this user alone.
process.umask(0o077)
// A report that Node.js writes about a crash, where an option asks for it, is sent to others. The environment holds the secrets.
process.report.excludeEnv = true

// Stripping the types of some two hundred files is most of a start; with this it is done once. Where the folder cannot be
// written the start is only slower.
const { enableCompileCache } = await import('node:module')
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/evergreen', import.meta.url)))

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  const { help } = await import('./serve/help.ts')
  process.stdout.write(help)
  process.exit(0)
}

if (process.argv.includes('--version')) {
  const { VERSION } = await import('../src/cli/command.ts')
  console.log(VERSION)
  process.exit(0)
}

// The thread boots while everything else is loaded. Where the environment names a database server, none is needed; a name in .env is
// not known yet.
const { DATABASE_URL: url = '', DATABASE_URL_FILE: urlFile = '' } = process.env
const { spawnDatabaseThread } = await import('../src/store/sqlite/spawn.ts')
const databaseThread = url + urlFile === '' ? spawnDatabaseThread() : undefined

const { serve } = await import('./serve/main.ts')
await serve({ databaseThread, endAtOnce })
