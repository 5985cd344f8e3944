import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Stripping the types of some two hundred files is most of a start; with this it is done once. Where the folder cannot be
// written the start is only slower. This file is JavaScript because the first one never comes from the cache, and what
// strips types takes a while to load.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/evergreen', import.meta.url)))

// The thread boots while everything else is loaded.
const { spawnDatabaseThread } = await import('../src/store/sqlite/spawn.ts')
const databaseThread = spawnDatabaseThread()

const { serve } = await import('./serve/main.ts')
await serve(databaseThread)
