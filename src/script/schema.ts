import type { JsonObject } from '../base/json.ts'
import { wholeScript } from './parse.ts'
import { definitions, schemaOf } from './reading.ts'

/**
 * A script as JSON Schema, for editors: made from the readers that read it. It knows the shape and the limits; that
 * replies exist, that languages are complete and the like only `npm run script:check` tells.
 */
export const scriptSchema = (): JsonObject => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'bot.yaml',
  description: 'What an Evergreen bot says. docs/bot-script.md explains every key.',
  ...schemaOf(wholeScript([])),
  $defs: definitions(),
})
