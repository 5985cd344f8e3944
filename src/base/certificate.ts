/** A fault of a server's certificate and its remedy; trying again does not mend it. */
export interface CertificateTrouble {
  /** As the end of a sentence. */
  what: string
  /** As one or two sentences. */
  remedy: string
}

/**
 * The certificate's fault behind the code of a failed TLS connection; null for any other code.
 *
 * @param code - OpenSSL's or Node's, such as `SELF_SIGNED_CERT_IN_CHAIN`
 */
export const certificateTrouble = (code: string): CertificateTrouble | null =>
  TROUBLES.find(([codes]) => codes.test(code))?.[1] ?? null

const TROUBLES: readonly (readonly [codes: RegExp, trouble: CertificateTrouble])[] = [
  [
    /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|CRL_)/,
    {
      what: 'its certificate is not valid at this time',
      remedy:
        'See whether the clock of this machine is right; otherwise the certificate has to be renewed there.',
    },
  ],
  [
    /ALTNAME_INVALID|HOSTNAME_MISMATCH/,
    {
      what: 'its certificate is for another name',
      remedy: 'See whether the address is spelled right, and whether a proxy answers in its place.',
    },
  ],
  [
    /SELF_SIGNED|CERT|UNABLE_TO_VERIFY|ISSUER|INVALID_CA|CA_/,
    {
      what: 'its certificate is not signed by an authority that this machine trusts, as behind the proxy of a company',
      remedy:
        'Get the certificate of that authority from those who run the proxy or the server, as a PEM file, and set NODE_EXTRA_CA_CERTS to its path in the environment (not in .env) before the command starts.',
    },
  ],
]
