import type { Socket } from 'node:net'
import { findSendQueue } from './kernel-send-queue.ts'

/** How often the kernel is asked within the time that a peer may take nothing. */
export const LOOKS = 8

/**
 * Whether a peer takes what is pending for it. It does when the kernel takes bytes from the process.
 * A peer that reads slowly shows no other sign there: the kernel takes more only once a third of its
 * buffer of up to 4 MB is free. So the length of that buffer's queue is asked for, too.
 */
export class PeerProgress {
  readonly #socket: Socket
  readonly #findSendQueue: typeof findSendQueue
  #sentBytes: number
  #sendQueue: number | undefined
  #isLooking = false
  /** `performance.now()` when something was last seen to have moved. */
  #movedAt: number
  /** `performance.now()` when the newest look began that the kernel has answered. */
  #lookedAt: number

  constructor(socket: Socket, now: number, find = findSendQueue) {
    this.#socket = socket
    this.#findSendQueue = find
    this.#sentBytes = sentBytes(socket)
    this.#movedAt = now
    this.#lookedAt = now
  }

  /**
   * Whether the peer has taken nothing for `limit` ms. To be asked every now and then while something is
   * pending; a peer that takes nothing is found out within 1.25 times the limit and a few askings.
   */
  isStalled(now: number, limit: number): boolean {
    const sent = sentBytes(this.#socket)
    if (sent !== this.#sentBytes) {
      this.#sentBytes = sent
      this.#movedAt = now
      return false
    }
    // That look began so late, and saw what those before it saw.
    if (this.#lookedAt - this.#movedAt >= limit) return true
    // At moments common to all connections: one reading of the kernel's table then serves them all.
    const interval = limit / LOOKS
    const isDue = Math.floor(now / interval) > Math.floor(this.#lookedAt / interval)
    if (isDue && !this.#isLooking) void this.#look(now)
    return false
  }

  async #look(now: number): Promise<void> {
    this.#isLooking = true
    const sendQueue = await this.#findSendQueue(this.#socket)
    this.#isLooking = false
    this.#lookedAt = now
    // The first look finds a difference, too: what it sees may have moved just before.
    if (sendQueue === this.#sendQueue) return
    this.#sendQueue = sendQueue
    this.#movedAt = Math.max(this.#movedAt, now)
  }
}

/** Bytes that the kernel has taken since the connection began. */
function sentBytes(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength
}
