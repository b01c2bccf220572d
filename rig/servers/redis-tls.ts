import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { promisify } from 'node:util'

const run = promisify(execFile)
const NEW_KEY = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'.split(' ')

export interface AuthorityOptions {
  /** What the certificate of the servers names. */
  readonly names?: string
  /** Whether the servers ask their clients for a certificate. */
  readonly asksClients?: boolean
  /** The versions of TLS that the servers speak, as Redis writes them; all unless said otherwise. */
  readonly versions?: string
}

export interface CertificateFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** A certificate authority, with a certificate for servers on this machine. Disposal removes both. */
export class TestAuthority implements AsyncDisposable {
  readonly #folder: string
  readonly #asksClients: boolean
  readonly #versions: string | undefined

  private constructor(folder: string, { asksClients = false, versions }: AuthorityOptions) {
    this.#folder = folder
    this.#asksClients = asksClients
    this.#versions = versions
  }

  static async create(options: AuthorityOptions = {}): Promise<TestAuthority> {
    const { names = 'IP:127.0.0.1,DNS:localhost' } = options
    const folder = await mkdtemp(join(tmpdir(), 'runnel-tls-'))
    const authority = new TestAuthority(folder, options)
    const subject = ['-subj', '/CN=Runnel tests']
    await openssl('-keyout', authority.#path('ca.key'), '-out', authority.caFile, ...subject)
    await authority.issue('server', names)
    return authority
  }

  /** Signs a certificate, in place of the last one of that name. */
  async issue(name: string, names = `DNS:${name}`): Promise<CertificateFiles> {
    const [certFile, keyFile] = [this.#path(`${name}.crt`), this.#path(`${name}.key`)]
    const signed = ['-CA', this.caFile, '-CAkey', this.#path('ca.key')]
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`]
    const files = ['-keyout', keyFile, '-out', certFile]
    await openssl(...signed, ...files, ...subject, '-addext', 'basicConstraints=critical,CA:FALSE')
    return { certFile, keyFile }
  }

  /** With which the test itself connects, whatever the servers' certificates name. */
  get connectionOptions(): ConnectionOptions {
    const [ca, cert, key] = [this.caFile, this.certFile, this.keyFile].map((path) =>
      readFileSync(path),
    )
    return { ca: ca!, cert: cert!, key: key!, checkServerIdentity: () => undefined }
  }

  /** The certificate that clients must trust. */
  get caFile(): string {
    return this.#path('ca.crt')
  }

  get certFile(): string {
    return this.#path('server.crt')
  }

  get keyFile(): string {
    return this.#path('server.key')
  }

  /** Directives of a server that speaks only TLS, to clients, replicas, sentinels and other nodes. */
  get directives(): Readonly<Record<string, string>> {
    return {
      'tls-cert-file': this.certFile,
      'tls-key-file': this.keyFile,
      'tls-ca-cert-file': this.caFile,
      'tls-auth-clients': this.#asksClients ? 'yes' : 'no',
      'tls-replication': 'yes',
      'tls-cluster': 'yes',
      ...(this.#versions !== undefined && { 'tls-protocols': this.#versions }),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  #path(name: string): string {
    return join(this.#folder, name)
  }
}

async function openssl(...args: string[]): Promise<void> {
  await run('openssl', ['req', ...NEW_KEY, ...args])
}
