import { generateKeyPair, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { rootCertificates } from 'node:tls'
import { promisify } from 'node:util'

/** The certificate of the sandbox for graph.facebook.com, and the authority that a client must trust. */
export interface Certificates {
  key: string
  cert: string
  /** The sandbox's own certificate authority, as a file. */
  caFile: string
  /** The authority together with the public ones, for clients whose setting replaces their own list. */
  bundleFile: string
}

/** The certificate could not be made or kept; the message says what to do. */
export class CertificateTrouble extends Error {}

const NAMES = ['graph.facebook.com', 'www.facebook.com', 'facebook.com', '*.facebook.com', 'localhost']
const ADDRESSES = ['127.0.0.1', '::1']
const DAY_MS = 24 * 3600_000
/** Some clients refuse longer ones. */
const LIFE_MS = 397 * DAY_MS
const RENEW_BEFORE_MS = 7 * DAY_MS

/**
 * The certificates of an earlier start, or new ones in this folder. The authority's key is deleted after it has signed, so that a
 * bot that trusts it trusts only the certificate in this folder.
 *
 * @param names - further host names for the certificate
 * @throws CertificateTrouble when the folder cannot be written
 */
export const bringCertificates = async (folder: string, names: readonly string[]): Promise<Certificates> => {
  const files = fileNames(folder)
  const wanted = [...new Set([...NAMES, ...ADDRESSES, ...names])]
  try {
    const kept = await readKept(files, wanted)
    return (
      kept ??
      (await alone(folder, async () => (await readKept(files, wanted)) ?? (await make(files, wanted))))
    )
  } catch (error) {
    throw new CertificateTrouble(
      `The certificates could not be kept in ${resolve(folder)}: ${(error as Error).message}. Name another folder with --tls-folder.`,
      { cause: error },
    )
  }
}

type Files = ReturnType<typeof fileNames>

const fileNames = (folder: string) => ({
  ca: resolve(folder, 'ca.pem'),
  bundle: resolve(folder, 'ca-bundle.pem'),
  cert: resolve(folder, 'server.pem'),
  key: resolve(folder, 'server-key.pem'),
})

const readKept = async (files: Files, wanted: readonly string[]): Promise<Certificates | null> => {
  try {
    const [ca, bundle, cert, key] = await Promise.all(
      [files.ca, files.bundle, files.cert, files.key].map((file) => readFile(file, 'utf8')),
    )
    if (!ca || !cert || !key || !bundle?.includes(ca)) return null
    const shown = new X509Certificate(cert)
    const isGood =
      shown.verify(new X509Certificate(ca).publicKey) &&
      Date.parse(shown.validTo) - RENEW_BEFORE_MS > Date.now() &&
      wanted.every((name) => covers(shown, name))
    return isGood ? { key, cert, caFile: files.ca, bundleFile: files.bundle } : null
  } catch {
    // There are none, or they cannot be read; new ones are made.
    return null
  }
}

const covers = (shown: X509Certificate, name: string): boolean =>
  name.startsWith('*.')
    ? (shown.subjectAltName ?? '').includes(`DNS:${name}`)
    : (isIP(name) > 0 ? shown.checkIP(name) : shown.checkHost(name)) !== undefined

/** The age at which a lock counts as left by a killed process; making certificates on a busy machine takes less. */
const LOCK_LIFE_MS = 30_000

/**
 * Runs `make` under a lock. Sandboxes that start at the same time in a new folder then share the certificates of the first one;
 * otherwise each would replace the authority that the others' clients trust.
 */
const alone = async <Made>(folder: string, make: () => Promise<Made>): Promise<Made> => {
  const lock = join(folder, '.lock')
  await mkdir(folder, { recursive: true })
  while (!(await mkdir(lock).then(() => true, unlessThere))) {
    const since = await stat(lock).catch(() => null)
    if (since && Date.now() - since.mtimeMs > LOCK_LIFE_MS) await rm(lock, { recursive: true, force: true })
    await sleep(20)
  }
  try {
    return await make()
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}

const unlessThere = (error: NodeJS.ErrnoException): false => {
  if (error.code === 'EEXIST') return false
  throw error
}

const make = async (files: Files, names: readonly string[]): Promise<Certificates> => {
  const [authority, server] = await Promise.all([keyPair(), keyPair()])
  const { sign } = await import('./sign.ts')
  const notAfter = new Date(Date.now() + LIFE_MS)
  const ca = sign({
    subject: CA_NAME,
    issuer: CA_NAME,
    publicKey: authority.publicKey,
    signer: authority.privateKey,
    notAfter,
  })
  const cert = sign({
    subject: 'graph.facebook.com',
    issuer: CA_NAME,
    publicKey: server.publicKey,
    signer: authority.privateKey,
    notAfter,
    names,
  })
  await keep(files.ca, ca, PUBLIC)
  await keep(files.bundle, [...rootCertificates, ca].join('\n'), PUBLIC)
  await keep(files.key, server.privateKey, SECRET)
  await keep(files.cert, cert, PUBLIC)
  return { key: server.privateKey, cert, caFile: files.ca, bundleFile: files.bundle }
}

const CA_NAME = 'Messenger sandbox (not Facebook)'

const PUBLIC = 0o644
const SECRET = 0o600

const keep = async (file: string, content: string, mode: number): Promise<void> => {
  const next = join(file, '..', `.${process.pid}.${file.split(/[/\\]/).at(-1)}`)
  await writeFile(next, content, { mode })
  await rename(next, file)
}

const keyPair = () =>
  promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
