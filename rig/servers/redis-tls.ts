import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const NEW_KEY = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'.split(' ')

/** A certificate authority, with a certificate for servers on this machine. Disposal removes both. */
export class TestAuthority implements AsyncDisposable {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async create(): Promise<TestAuthority> {
    const authority = new TestAuthority(await mkdtemp(join(tmpdir(), 'runnel-tls-')))
    const { caFile, certFile, keyFile } = authority
    const caKeyFile = authority.#path('ca.key')
    await openssl('-keyout', caKeyFile, '-out', caFile, '-subj', '/CN=Runnel tests')
    const signed = ['-CA', caFile, '-CAkey', caKeyFile, '-keyout', keyFile, '-out', certFile]
    const names = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
    await openssl(...signed, ...names, '-addext', 'basicConstraints=critical,CA:FALSE')
    return authority
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
      'tls-auth-clients': 'no',
      'tls-replication': 'yes',
      'tls-cluster': 'yes',
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
