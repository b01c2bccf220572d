// x509 builds on the decorators' metadata, which has to be there first.
import 'reflect-metadata'
import {
  createPrivateKey,
  KeyObject,
  randomBytes,
  type webcrypto,
  X509Certificate,
} from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** A certificate authority with its key. */
export interface Authority {
  /** SHA-256 of the certificate. */
  readonly fingerprint: string
  /** In PEM. */
  readonly certificate: string
  /** PKCS #8 in PEM. */
  readonly key: string
  /** In ms since 1970, as is `notAfter`. */
  readonly notBefore: number
  readonly notAfter: number
}

/** What a TLS server presents, in PEM. */
export interface ServingCertificate {
  readonly certificate: string
  readonly key: string
  /** Of the authority that issued it. */
  readonly authority: string
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY = 24 * 60 * 60 * 1_000

/** How long an authority lasts, in ms. */
export const LIFETIME = 365 * DAY
/** Clocks of other machines may be behind by this many ms: they would refuse what is not valid yet. */
const BACKDATING = DAY

export async function createAuthority(host: string, now: number): Promise<Authority> {
  const keys = await createKeys()
  // Verifiers look up an issuer by its name first, so no two authorities share one.
  const name = [{ CN: [`${host} authority ${randomBytes(4).toString('hex')}`] }]
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    notBefore: new Date(now - BACKDATING),
    notAfter: new Date(now + LIFETIME),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return readAuthority(certificate.toString('pem'), exportKey(keys.privateKey))
}

/** Throws if the two are no authority and its key. */
export function readAuthority(certificate: string, key: string): Authority {
  const parsed = new X509Certificate(certificate)
  if (!parsed.ca) throw new Error('expected the certificate of an authority')
  if (!parsed.checkPrivateKey(createPrivateKey(key))) {
    throw new Error('expected the key of the certificate')
  }
  return {
    fingerprint: parsed.fingerprint256,
    certificate: parsed.toString(),
    key,
    notBefore: parsed.validFromDate.getTime(),
    notAfter: parsed.validToDate.getTime(),
  }
}

/** A certificate for the host. It lasts as long as its authority, whatever the clock of this machine says. */
export async function issueCertificate(
  authority: Authority,
  host: string,
): Promise<ServingCertificate> {
  const issuer = new X509Certificate(authority.certificate)
  const signingKey = createPrivateKey(authority.key).toCryptoKey(ALGORITHM, false, ['sign'])
  const issuerKey = issuer.publicKey.toCryptoKey(ALGORITHM, true, ['verify'])
  const keys = await createKeys()
  const certificate = await X509CertificateGenerator.create({
    subject: [{ CN: [host] }],
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey,
    notBefore: new Date(authority.notBefore),
    notAfter: new Date(authority.notAfter),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
      await AuthorityKeyIdentifierExtension.create(issuerKey),
    ],
  })
  return {
    certificate: certificate.toString('pem'),
    key: exportKey(keys.privateKey),
    authority: authority.fingerprint,
  }
}

async function createKeys() {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

function exportKey(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString()
}
