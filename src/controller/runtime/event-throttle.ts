import type { Clock } from './clock.ts'
import { TokenBucket, type TokenRate } from '../../lib/token-bucket.ts'

/** Ms in which the same is not said twice of an object. */
const WINDOW = 600_000
/** Events of one object: 25 at once, then one in five minutes. */
const RATE: TokenRate = { burst: 25, perSecond: 1 / 300 }

interface Subject {
  readonly bucket: TokenBucket
  /** When each statement was admitted. */
  readonly statements: Map<string, number>
}

/** Decides which events are worth a write, so that a flood of them costs the API server little. */
export class EventThrottle {
  readonly #clock: Clock
  readonly #subjects = new Map<string, Subject>()
  #sweptAt: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#sweptAt = clock.now()
  }

  /** Objects that it remembers. */
  get size(): number {
    return this.#subjects.size
  }

  admit(name: string, statement: string): boolean {
    this.#sweep()
    const subject = this.#subjects.get(name) ?? {
      bucket: new TokenBucket(RATE, this.#clock),
      statements: new Map<string, number>(),
    }
    this.#subjects.set(name, subject)
    const saidAt = subject.statements.get(statement)
    if (saidAt !== undefined && this.#clock.now() - saidAt < WINDOW) return false
    if (!subject.bucket.take()) return false
    subject.statements.set(statement, this.#clock.now())
    return true
  }

  /** It was admitted but could not be said. */
  forget(name: string, statement: string): void {
    this.#subjects.get(name)?.statements.delete(statement)
  }

  /** Forgets, once a window, what limits nothing any more. */
  #sweep(): void {
    const now = this.#clock.now()
    if (now - this.#sweptAt < WINDOW) return
    this.#sweptAt = now
    for (const [name, { bucket, statements }] of this.#subjects) {
      for (const [statement, at] of statements) {
        if (now - at >= WINDOW) statements.delete(statement)
      }
      if (statements.size === 0 && bucket.isFull) this.#subjects.delete(name)
    }
  }
}
