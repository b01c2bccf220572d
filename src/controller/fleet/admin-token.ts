import { randomBytes } from 'node:crypto'
import { isClusterError } from '../cluster/cluster-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { ObjectKey } from '../objects/metadata.ts'
import { SECRET, type Secret } from '../objects/secret.ts'

export interface AdminTokenOptions {
  readonly cluster: Pick<Cluster, 'get' | 'replace'>
  /** Exists already, and may be empty. */
  readonly secret: ObjectKey
  /** Whether this replica may fill it. */
  readonly mayWrite: () => boolean
  /** Called where the Secret cannot be read or filled, once for each cause. */
  readonly onError: (error: unknown) => void
  readonly intervals?: TokenIntervals
}

/** In ms. */
export interface TokenIntervals {
  readonly read: number
  /** While there is no token. */
  readonly retry: number
}

const KEY = 'token'
const BYTES = 32

/** Pods see a changed Secret within a minute or two. */
const INTERVALS: TokenIntervals = { read: 30_000, retry: 2_000 }

/**
 * The token that pods ask for before they shed streams. Both sides read it from one Secret; an empty one is filled
 * with a random token, and a changed one is taken up.
 */
export class AdminToken {
  readonly #options: AdminTokenOptions
  #token: string | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  /** The message of the last error; undefined after a success. */
  #trouble: string | undefined

  constructor(options: AdminTokenOptions) {
    this.#options = options
  }

  /** Undefined while there is none. */
  get value(): string | undefined {
    return this.#token
  }

  start(): void {
    void this.#run()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  async #run(): Promise<void> {
    const { read, retry } = this.#options.intervals ?? INTERVALS
    let pause = retry
    try {
      this.#token = await this.#read()
      if (this.#token !== undefined) pause = read
      this.#trouble = undefined
    } catch (error) {
      // Another replica was first.
      if (!isClusterError(error, 'conflict')) this.#report(error)
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#run(), pause)
  }

  #report(error: unknown): void {
    const trouble = String(error)
    if (!this.#isClosed && trouble !== this.#trouble) this.#options.onError(error)
    this.#trouble = trouble
  }

  async #read(): Promise<string | undefined> {
    const { cluster, secret: key, mayWrite } = this.#options
    const secret = await cluster.get(SECRET, key)
    if (secret === undefined) {
      throw new Error(
        `expected the Secret ${key.name}, which may be empty: create it, or upgrade the release`,
      )
    }
    const found = decode(secret)
    if (found !== '') return found
    if (!mayWrite()) return undefined
    const token = randomBytes(BYTES).toString('base64url')
    const data = { ...secret.data, [KEY]: Buffer.from(token).toString('base64') }
    await cluster.replace(SECRET, { ...secret, data })
    return token
  }
}

/** As the pods read it, without white space around it. */
function decode({ data }: Secret): string {
  return Buffer.from(data?.[KEY] ?? '', 'base64')
    .toString('utf8')
    .trim()
}
