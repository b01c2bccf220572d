import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import type { Faults, Direction } from './fault-proxy.ts'

/** How often a frozen connection looks whether it is one still, in ms. */
const FREEZE_CHECK = 20

/** So many bytes may be on the way before the sender has to wait, as in a network. */
const WINDOW = 256 * 1024

export interface FaultPipe {
  readonly from: Socket
  readonly to: Socket
  readonly direction: Direction
  readonly faults: Faults
  /** Is told of each piece when it came. */
  readonly onPiece: () => void
  /** Is told of bytes when they are passed on. */
  readonly onPassed: (bytes: number) => void
}

/** Passes on what one end sends, and that it sends no more, as the faults let it. Never rejects. */
export async function pass(pipe: FaultPipe): Promise<void> {
  const { from, to, direction, faults } = pipe
  let underWay = Promise.resolve()
  let bytesUnderWay = 0
  // What is late does not delay what follows it: all is late by the same time.
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
    // This end is gone; the proxy sees to the other.
  }
}

/** Waits for as long as nothing passes to this end. */
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
    // The kernel would join what is written in one turn; timers may share one, immediates do not.
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
