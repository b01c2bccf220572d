/** Certificates that prove who a client is, and the authorities that issue them. */
import 'reflect-metadata'
import { KeyObject, randomBytes } from 'node:crypto'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const HOUR = 60 * 60 * 1_000

/** In PEM, as TLS clients take them. */
export interface ClientCertificate {
  readonly cert: string
  readonly key: string
}

type SigningKey = Awaited<ReturnType<typeof createKeys>>['privateKey']

export class ClientAuthority {
  /** In PEM. */
  readonly certificate: string
  readonly #name: string
  readonly #key: SigningKey

  private constructor(certificate: string, name: string, key: SigningKey) {
    this.certificate = certificate
    this.#name = name
    this.#key = key
  }

  /** A root, or an intermediate authority under another. */
  static async create(parent?: ClientAuthority): Promise<ClientAuthority> {
    const keys = await createKeys()
    const name = `CN=front proxy authority ${randomBytes(4).toString('hex')}`
    const certificate = await X509CertificateGenerator.create({
      subject: name,
      issuer: parent === undefined ? name : parent.#name,
      publicKey: keys.publicKey,
      signingKey: parent === undefined ? keys.privateKey : parent.#key,
      notBefore: new Date(Date.now() - HOUR),
      notAfter: new Date(Date.now() + HOUR),
      signingAlgorithm: ALGORITHM,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    })
    return new ClientAuthority(certificate.toString('pem'), name, keys.privateKey)
  }

  async issue(
    commonName: string,
    usage: 'clientAuth' | 'serverAuth' = 'clientAuth',
  ): Promise<ClientCertificate> {
    const keys = await createKeys()
    const certificate = await X509CertificateGenerator.create({
      subject: [{ CN: [commonName] }],
      issuer: this.#name,
      publicKey: keys.publicKey,
      signingKey: this.#key,
      notBefore: new Date(Date.now() - HOUR),
      notAfter: new Date(Date.now() + HOUR),
      signingAlgorithm: ALGORITHM,
      extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage[usage]])],
    })
    const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' })
    return { cert: certificate.toString('pem'), key: key.toString() }
  }
}

async function createKeys() {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}
