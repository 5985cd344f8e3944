import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import forge from 'node-forge'

export interface ToSign {
  subject: string
  issuer: string
  /** Both keys are PEM. */
  publicKey: string
  signer: string
  notAfter: Date
  /** Host names and addresses of a server; without them it is the certificate of an authority. */
  names?: readonly string[]
}

/** A signed certificate as PEM. */
export const sign = ({ subject, issuer, publicKey, signer, notAfter, names }: ToSign): string => {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey)
  // The leading 01 makes the number positive.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`
  certificate.validity.notBefore = new Date(Date.now() - 24 * 3600_000)
  certificate.validity.notAfter = notAfter
  certificate.setSubject([{ name: 'commonName', value: subject }])
  certificate.setIssuer([{ name: 'commonName', value: issuer }])
  const signingKey = forge.pki.privateKeyFromPem(signer)
  certificate.setExtensions(names ? serverExtensions(names, keyId(signingKey)) : authorityExtensions())
  certificate.sign(signingKey, forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

/** A function, because forge changes the extensions of each certificate. */
const authorityExtensions = () => [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  { name: 'subjectKeyIdentifier' },
]

/** Strict clients, such as Python from 3.13 on, want both identifiers. */
const serverExtensions = (names: readonly string[], authorityKeyId: string) => [
  { name: 'basicConstraints', cA: false },
  { name: 'subjectKeyIdentifier' },
  { name: 'authorityKeyIdentifier', keyIdentifier: authorityKeyId },
  { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
  { name: 'extKeyUsage', serverAuth: true },
  {
    name: 'subjectAltName',
    altNames: names.map((name) => (isIP(name) > 0 ? { type: IP, ip: name } : { type: DNS, value: name })),
  },
]

const keyId = ({ n, e }: forge.pki.rsa.PrivateKey): string =>
  forge.pki.getPublicKeyFingerprint(forge.pki.setRsaPublicKey(n, e), { type: 'RSAPublicKey' }).getBytes()

/** Kinds of `GeneralName` (RFC 5280). */
const DNS = 2
const IP = 7
