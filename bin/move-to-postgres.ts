import { moveToPostgres } from '../src/cli/move-to-postgres.ts'
import { processIo } from './process-io.ts'

process.exitCode = await moveToPostgres(process.argv.slice(2), processIo())
