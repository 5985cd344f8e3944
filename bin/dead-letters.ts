import { deadLetters } from '../src/cli/dead-letters.ts'
import { processIo } from './process-io.ts'

process.exitCode = await deadLetters(process.argv.slice(2), processIo())
