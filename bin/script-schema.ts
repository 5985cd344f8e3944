import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { command, EXIT, wrongUsage } from '../src/cli/command.ts'
import { scriptSchema } from '../src/script/schema.ts'
import { processIo } from './process-io.ts'

const FILE = fileURLToPath(new URL('../bot.schema.json', import.meta.url))

const scriptSchemaCommand = command({
  name: 'script:schema',
  about: 'Writes bot.schema.json, by which an editor completes and checks a script.',
  usage: [['npm run script:schema', 'after a change of what a script may say']],
  noPlain: () => wrongUsage('It takes no arguments.'),
  run: async (_given, { stdout }) => {
    // Written beside `bot.yaml`, whose first line names it.
    const style = await resolveConfig(FILE)
    writeFileSync(FILE, await format(JSON.stringify(scriptSchema()), { ...style, filepath: FILE }))
    stdout.write('Written: bot.schema.json.\n')
    return EXIT.done
  },
})

process.exitCode = await scriptSchemaCommand(process.argv.slice(2), processIo())
