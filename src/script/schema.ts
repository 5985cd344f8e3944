import type { JsonObject } from '../base/json.ts'
import { wholeScript } from './parse.ts'
import { definitions, schemaOf } from './reading.ts'

/**
 * The JSON Schema of a script, for editors, made from its readers. It has shapes and limits; checks across the script, such as references
 * to replies, are in `npm run script:check` alone.
 */
export const scriptSchema = (): JsonObject => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'bot.yaml',
  description: 'What an Evergreen bot says. docs/bot-script.md explains every key.',
  ...schemaOf(wholeScript([])),
  $defs: definitions(),
})
