import { doctor } from '../src/cli/doctor.ts'
import { processIo } from './process-io.ts'

process.exitCode = await doctor(process.argv.slice(2), processIo())
// The operator's handlers were loaded, and may have begun something that does not end.
setTimeout(() => process.exit(), 500).unref()
