import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

export interface Issued {
  /** PEM. */
  cert: string
  key: string
  privateKey: KeyObject
  name: string
}

export interface CertificateWish {
  name: string
  /** The host names it is for. */
  hosts?: string[]
  fromMs?: number
  untilMs?: number
  /** The issuer; without it the certificate is self-signed. */
  by?: Issued
}

/** Makes a certificate for tests of TLS, with the few rules of DER that it needs. */
export const makeCertificate = (wish: CertificateWish): Issued => {
  const {
    name,
    hosts = [],
    fromMs = Date.now() - 3600_000,
    untilMs = Date.now() + 90 * 86_400_000,
    by,
  } = wish
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const info = publicKey.export({ type: 'spki', format: 'der' })
  const certificate = sequence(
    tagged(0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    nameOf(by?.name ?? name),
    sequence(time(fromMs), time(untilMs)),
    nameOf(name),
    info,
    tagged(3, sequence(...extensions(hosts, info, by === undefined))),
  )
  const signature = sign('sha256', certificate, by?.privateKey ?? privateKey)
  const whole = sequence(certificate, ECDSA_WITH_SHA256, der(0x03, Buffer.concat([Buffer.of(0), signature])))
  const lines = whole.toString('base64').replaceAll(/.{64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    privateKey,
    name,
  }
}

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? Buffer.of(length) : Buffer.of(0x82, length >> 8, length & 0xff)
  return Buffer.concat([Buffer.of(tag), size, content])
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts)
const tagged = (number: number, content: Buffer): Buffer => der(0xa0 + number, content)
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'))

const nameOf = (text: string): Buffer =>
  sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))))

const time = (ms: number): Buffer =>
  der(0x18, Buffer.from(new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '')))

const extensions = (hosts: string[], info: Buffer, isAuthority: boolean): Buffer[] => {
  const keyId = createHash('sha1').update(info).digest()
  const names = hosts.map((host) => der(0x82, Buffer.from(host)))
  return [
    sequence(oid('551d0e'), der(0x04, der(0x04, keyId))),
    ...(isAuthority ? [sequence(oid('551d13'), der(0x04, sequence(der(0x01, Buffer.of(0xff)))))] : []),
    ...(names.length > 0 ? [sequence(oid('551d11'), der(0x04, sequence(...names)))] : []),
  ]
}
