import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringCertificates } from '../../src/reach/certificates.ts'

/** Where `npm run sandbox -- --tls` was run once: its certificates are in `.sandbox-tls`. It goes with the process. */
export const FOLDER = mkdtempSync(join(tmpdir(), 'sandbox-outside-'))
process.once('exit', () => rmSync(FOLDER, { recursive: true, force: true }))

/** Made once for all tests of the process: two keys take half a second of CPU. */
export const certificates = await bringCertificates(join(FOLDER, '.sandbox-tls'), ['sandbox.test'])
