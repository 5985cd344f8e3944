import { rotateKey } from '../src/cli/rotate-token-key.ts'
import { processIo } from './process-io.ts'

process.exitCode = await rotateKey(process.argv.slice(2), processIo())
