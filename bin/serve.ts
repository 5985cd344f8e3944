import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Stripping the types of some two hundred files is most of a start; with this it is done once. Where the folder cannot be
// written the start is only slower.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/evergreen', import.meta.url)))

await import('./serve/main.ts')
