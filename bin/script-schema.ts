import { writeFileSync } from 'node:fs'
import { scriptSchema } from '../src/script/schema.ts'

// Beside the script, where its first line looks for it.
writeFileSync(new URL('../bot.schema.json', import.meta.url), `${JSON.stringify(scriptSchema(), null, 2)}\n`)
