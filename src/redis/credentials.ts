import { createSecureContext, type SecureContext } from 'node:tls'
import { CERTIFICATES, PASSWORD, PRIVATE_KEY } from '../lib/credential-files.ts'
import type { RedisUrl } from '../lib/redis-url.ts'
import { RotatedFile, type RotatedFileOptions } from './rotated-file.ts'

/** Where user and password stand if not in the URL, and the files for TLS. */
export interface CredentialSources {
  readonly url: RedisUrl
  readonly username?: string | undefined
  readonly passwordFile?: string | undefined
  /** Authorities that sign the servers' certificates, in place of Node's own. */
  readonly caFile?: string | undefined
  /** The certificate that this process shows to servers, and its key. */
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
}

/** Called with what an operator should know, as a sentence. Must not throw. */
type WarningListener = (warning: string) => void

/**
 * With what this process proves who it is, and whom it trusts. Each connection takes it anew, so that what was rotated
 * in a file holds for the next connection.
 */
export class Credentials {
  readonly username: string | undefined
  /** Whether sentinels get user and password as well. */
  areForSentinels = false
  readonly #written: string | undefined
  readonly #password: RotatedFile | undefined
  /** Authorities, certificate and key. */
  readonly #tlsFiles: readonly (RotatedFile | undefined)[]
  readonly #onWarning: WarningListener
  #context: SecureContext | undefined
  /** What the context was made from. */
  #contents: readonly (Buffer | undefined)[] = []
  #hasWarned = false

  constructor(sources: CredentialSources, onWarning: WarningListener) {
    const { url, username, passwordFile, caFile, certFile, keyFile } = sources
    const fileOf = (
      path: string | undefined,
      setting: string,
      { isRight }: Pick<RotatedFileOptions, 'isRight'>,
    ) => (path === undefined ? undefined : new RotatedFile({ path, setting, isRight, onWarning }))
    this.username = username ?? url.username
    this.#written = url.password
    this.#password = fileOf(passwordFile, 'RUNNEL_REDIS_PASSWORD_FILE', PASSWORD)
    this.#tlsFiles = [
      fileOf(caFile, 'RUNNEL_REDIS_CA_FILE', CERTIFICATES),
      fileOf(certFile, 'RUNNEL_REDIS_CERT_FILE', CERTIFICATES),
      fileOf(keyFile, 'RUNNEL_REDIS_KEY_FILE', PRIVATE_KEY),
    ]
    this.#onWarning = onWarning
  }

  /** Reads all files. Throws a sentence if what they hold cannot be used together. */
  load(): void {
    void this.password
    this.#contents = this.#tlsFiles.map((file) => file?.read())
    try {
      this.#context = contextOf(this.#contents)
    } catch (error) {
      throw new Error(`expected ${TLS_FILES}, got: ${describe(error)}`, { cause: error })
    }
  }

  /** The bytes of the file as they are: a password is not always text. */
  get password(): Buffer | string | undefined {
    return this.#password === undefined ? this.#written : this.#password.read()
  }

  /** Made anew only after a change, since parsing a bundle of authorities takes milliseconds. */
  get secureContext(): SecureContext {
    const contents = this.#tlsFiles.map((file) => file?.read())
    const isSame = contents.every((content, index) => areEqual(content, this.#contents[index]))
    if (this.#context !== undefined && isSame) return this.#context
    try {
      this.#context = contextOf(contents)
      this.#contents = contents
      this.#hasWarned = false
    } catch (error) {
      // A certificate that is there before its key, such as in the middle of a rotation.
      if (!this.#hasWarned) {
        this.#onWarning(`expected ${TLS_FILES}, got: ${describe(error)}: the former ones are used`)
      }
      this.#hasWarned = true
    }
    return (this.#context ??= createSecureContext())
  }
}

const TLS_FILES =
  'authorities in RUNNEL_REDIS_CA_FILE, and in RUNNEL_REDIS_KEY_FILE the key of the certificate in RUNNEL_REDIS_CERT_FILE'

function contextOf([ca, cert, key]: readonly (Buffer | undefined)[]): SecureContext {
  return createSecureContext({
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  })
}

function areEqual(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other)
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
