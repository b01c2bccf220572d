import { Tail } from '../../src/hub/tail.ts'
import { Window } from '../../src/hub/window.ts'
import type { EventLog } from '../../src/log/event-log.ts'
import type { Resumption } from '../../src/log/history.ts'
import { parsePosition } from '../../src/wire/position.ts'

/** Bounds that are out of a test's way. */
const ROOMY = { historyEvents: 100_000, historyBytes: 1024 ** 3 }

export function newTail(log: EventLog, channel = 'a'): Tail {
  return new Tail(log, channel, new Window(ROOMY))
}

export async function openTail(log: EventLog, channel = 'a'): Promise<Tail> {
  const tail = newTail(log, channel)
  await tail.open()
  return tail
}

/** The data at hand after an offset, up to the top. */
export function dataAfter(tail: Tail, after: number): readonly string[] {
  if (!tail.covers(after)) throw new Error(`expected what follows ${after} at hand, got less`)
  return Array.from(
    { length: tail.top - after },
    (_, index) => tail.eventAt(after + 1 + index).data,
  )
}

export function numbers(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index))
}

/** How the tail judges a position in its text form. */
export function resumeAt(tail: Tail, text: string | undefined): Resumption {
  const position = parsePosition(text ?? '')
  if (position === undefined) throw new Error(`expected a position, got ${text}`)
  return tail.resume(position)
}
