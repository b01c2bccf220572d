import type { Socket } from 'node:net'
import { findSendQueue } from './kernel-send-queue.ts'

/** How often the kernel's table is read within the time that a peer may take nothing. */
export const READINGS_PER_LIMIT = 8

/**
 * Whether a peer takes the bytes that are pending for it. It does if the kernel takes bytes from the process,
 * but that sign is late for a slow peer: the kernel takes more only once a third of its buffer of up to 4 MB
 * is free. So the length of the kernel's own queue is watched, too.
 */
export class PeerProgress {
  readonly #socket: Socket
  readonly #findSendQueue: typeof findSendQueue
  #sentBytes: number
  #sendQueue: number | undefined
  #isReading = false
  /** `performance.now()` when bytes were last seen to have moved. */
  #movedAt: number
  /** `performance.now()` when the newest finished reading of the kernel's queue began. */
  #readAt: number

  constructor(socket: Socket, now: number, find = findSendQueue) {
    this.#socket = socket
    this.#findSendQueue = find
    this.#sentBytes = sentBytes(socket)
    this.#movedAt = now
    this.#readAt = now
  }

  /**
   * Whether the peer has taken nothing for `limit` ms. To be called repeatedly while bytes are pending; a
   * stalled peer is found within 1.25 times the limit and the time between a few calls.
   */
  isStalled(now: number, limit: number): boolean {
    const sent = sentBytes(this.#socket)
    if (sent !== this.#sentBytes) {
      this.#sentBytes = sent
      this.#movedAt = now
      return false
    }
    // The newest reading began a whole limit after the last move, and found the queue unchanged.
    if (this.#readAt - this.#movedAt >= limit) return true
    // Readings are due at the same moments for all connections: one reading of the table serves them all.
    const interval = limit / READINGS_PER_LIMIT
    const isDue = Math.floor(now / interval) > Math.floor(this.#readAt / interval)
    if (isDue && !this.#isReading) void this.#readQueue(now)
    return false
  }

  async #readQueue(now: number): Promise<void> {
    this.#isReading = true
    const sendQueue = await this.#findSendQueue(this.#socket)
    this.#isReading = false
    this.#readAt = now
    // The first reading counts as a change, since the bytes that it finds may have moved just before.
    if (sendQueue === this.#sendQueue) return
    this.#sendQueue = sendQueue
    this.#movedAt = Math.max(this.#movedAt, now)
  }
}

/** Bytes that the kernel has taken since the connection began. */
function sentBytes(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength
}
