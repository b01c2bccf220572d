import type { AppendResult, IdempotencyKey } from '../event-log.ts'
import { KEY_LIFETIME } from '../retention.ts'

type Accepted = Extract<AppendResult, { kind: 'accepted' }>

interface StoredKey {
  readonly fingerprint: string
  readonly result: Accepted
  readonly bytes: number
  readonly expiresAt: number
}

/** Rough heap cost of a key besides its text. */
const KEY_OVERHEAD_BYTES = 320

/** Idempotency keys with the results of their appends. All keys live equally long, so the map's insertion
 * order is the order of expiry. */
export class IdempotencyKeys {
  /** Bytes of the stored keys, as they count toward the bound of the log. */
  bytes = 0
  readonly #keys = new Map<string, StoredKey>()

  get size(): number {
    return this.#keys.size
  }

  find(
    channel: string,
    { key, fingerprint }: IdempotencyKey,
    now: number,
  ): AppendResult | undefined {
    const stored = this.#keys.get(keyName(channel, key))
    if (stored === undefined || stored.expiresAt <= now) return undefined
    if (stored.fingerprint !== fingerprint) return { kind: 'key-reused' }
    return { ...stored.result, repeated: true }
  }

  store(
    channel: string,
    { key, fingerprint }: IdempotencyKey,
    result: Accepted,
    now: number,
  ): void {
    const name = keyName(channel, key)
    const bytes = keyBytes(channel, key)
    this.#keys.set(name, { fingerprint, result, bytes, expiresAt: now + KEY_LIFETIME })
    this.bytes += bytes
  }

  expire(now: number): void {
    for (const [name, stored] of this.#keys) {
      if (stored.expiresAt > now) return
      this.#keys.delete(name)
      this.bytes -= stored.bytes
    }
  }
}

/** Bytes of a key, as they count toward the bound of the log. */
export function keyBytes(channel: string, key: string): number {
  return KEY_OVERHEAD_BYTES + channel.length + key.length
}

/** A channel name never holds a space, so no two pairs share a name. */
function keyName(channel: string, key: string): string {
  return `${channel} ${key}`
}
