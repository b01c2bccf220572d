import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CERTIFICATES } from '../paths.ts'
import { runCommand } from '../run-command.ts'

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
/** Longer than any cluster lives. */
const DAYS = ['-days', '3650']

export interface Identity {
  readonly certificate: string
  readonly key: string
}

export interface CertificateRequest {
  readonly name: string
  /** Kubernetes takes the user from the common name, the groups from the organizations. */
  readonly subject: string
  /** Names and addresses of a server, as openssl writes them. */
  readonly alternatives?: readonly string[]
}

export async function createAuthority(name: string): Promise<Identity> {
  await mkdir(CERTIFICATES, { recursive: true, mode: 0o700 })
  const identity = identityOf(name)
  await openssl(
    ['req', '-x509', '-subj', `/CN=${name}`],
    [...KEY, ...DAYS],
    ['-addext', 'basicConstraints=critical,CA:TRUE'],
    ['-addext', 'keyUsage=critical,keyCertSign,digitalSignature'],
    ['-keyout', identity.key, '-out', identity.certificate],
  )
  return identity
}

export async function createCertificate(
  { name, subject, alternatives = [`DNS:${name}`] }: CertificateRequest,
  authority: Identity,
): Promise<Identity> {
  const identity = identityOf(name)
  const request = join(CERTIFICATES, `${name}.csr`)
  const extensions = join(CERTIFICATES, `${name}.ext`)
  await writeFile(
    extensions,
    `keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth,clientAuth
subjectAltName=${alternatives.join(',')}
`,
  )
  await openssl(['req', '-subj', subject], KEY, ['-keyout', identity.key, '-out', request])
  await openssl(
    ['x509', '-req', '-in', request, '-extfile', extensions],
    DAYS,
    ['-CA', authority.certificate, '-CAkey', authority.key, '-CAcreateserial'],
    ['-out', identity.certificate],
  )
  return identity
}

/** A pair of keys with which tokens of service accounts are signed and checked. */
export async function createTokenKeys(): Promise<{ private: string; public: string }> {
  const keys = { private: join(CERTIFICATES, 'token.key'), public: join(CERTIFICATES, 'token.pub') }
  const algorithm = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']
  await openssl(['genpkey'], algorithm, ['-out', keys.private])
  await openssl(['pkey', '-in', keys.private, '-pubout', '-out', keys.public])
  return keys
}

async function openssl(...args: readonly (readonly string[])[]): Promise<void> {
  await runCommand('openssl', args.flat())
}

function identityOf(name: string): Identity {
  return { certificate: join(CERTIFICATES, `${name}.crt`), key: join(CERTIFICATES, `${name}.key`) }
}
