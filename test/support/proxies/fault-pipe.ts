import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'

/** Milliseconds between two checks whether a connection is still frozen. */
const FREEZE_CHECK = 20

/** Bytes that may be under way before the sender must wait, as in a network. */
const WINDOW = 256 * 1024

/** Bytes from the client, and bytes from the server. */
export type Direction = 'requests' | 'replies'

/** Faults of the proxy, which a test may change at any time: each piece of bytes obeys the present ones. */
export interface Faults {
  /** Where new connections lead. */
  target: { readonly host: string; readonly port: number }
  /** Milliseconds by which bytes are delayed, for both directions or for each; order is kept. */
  latency: number | Readonly<Record<Direction, number>>
  /** Largest piece that is passed on, in bytes. */
  slice: number
  /** Whether connections stay open without passing any byte. */
  isFrozen: boolean
  /** Whether new connections are closed at once. */
  isRefusing: boolean
  /**
   * The number of next replies to drop, with a cut of their connections: the server has done the work by
   * then.
   */
  repliesToLose: number
}

export interface FaultPipe {
  readonly from: Socket
  readonly to: Socket
  readonly direction: Direction
  readonly faults: Faults
  /** Called for each piece that arrives. */
  readonly onPiece: () => void
  /** Called when bytes were passed on. */
  readonly onPassed: (bytes: number) => void
}

/** Passes on the bytes and the end of one side, as the faults allow. Never rejects. */
export async function pass(pipe: FaultPipe): Promise<void> {
  const { from, to, direction, faults } = pipe
  let underWay = Promise.resolve()
  let bytesUnderWay = 0
  // Latency delays each piece by the same time, so a late piece does not delay the next one further.
  const passOn = async (piece: Buffer, due: number, earlier: Promise<void>) => {
    await earlier
    const wait = due - performance.now()
    if (wait > 0) await pause(wait)
    await write(pipe, piece)
    bytesUnderWay -= piece.length
  }
  try {
    for await (const piece of from as AsyncIterable<Buffer>) {
      pipe.onPiece()
      if (direction === 'replies' && faults.repliesToLose > 0) {
        faults.repliesToLose--
        await underWay
        to.destroy()
        return
      }
      const due = performance.now() + latencyOf(faults, direction)
      bytesUnderWay += piece.length
      underWay = passOn(piece, due, underWay)
      if (bytesUnderWay > WINDOW) await underWay
    }
    await underWay
    await whileFrozen(faults, to)
    to.end()
  } catch {
    // This side is gone; the proxy closes the other.
  }
}

/** Waits as long as no byte may pass to this side. */
export async function whileFrozen(faults: Faults, to: Socket): Promise<void> {
  while (faults.isFrozen && !to.destroyed) await pause(FREEZE_CHECK)
}

async function write({ from, to, faults, onPassed }: FaultPipe, piece: Buffer): Promise<void> {
  for (let start = 0; start < piece.length;) {
    await whileFrozen(faults, to)
    if (to.destroyed) {
      from.destroy()
      return
    }
    const end = Math.min(start + faults.slice, piece.length)
    const hasRoom = to.write(piece.subarray(start, end))
    onPassed(end - start)
    if (!hasRoom) await drained(to)
    // The kernel would join writes of one turn. Timers may share a turn, immediates do not.
    else if (end < piece.length) {
      await pause(1)
      await setImmediate()
    }
    start = end
  }
}

function latencyOf({ latency }: Faults, direction: Direction): number {
  return typeof latency === 'number' ? latency : latency[direction]
}

async function drained(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = () => {
    resolve()
  }
  socket.once('drain', done).once('close', done)
  await promise
  socket.off('drain', done).off('close', done)
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
}
