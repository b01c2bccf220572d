import { HistoryBudget } from '../../src/hub/history-budget.ts'
import { Tail } from '../../src/hub/tail.ts'
import type { EventLog } from '../../src/log/event-log.ts'
import type { Resumption } from '../../src/log/history.ts'
import { formatPosition, parsePosition } from '../../src/wire/position.ts'

/** A budget that no test exhausts. */
export function roomyMemory(): HistoryBudget {
  return new HistoryBudget({ readMemory: 1024 ** 3, bodyLimit: 256 * 1024 }, () => ({
    historyEvents: 100_000,
  }))
}

export function newTail(log: EventLog, channel = 'a'): Tail {
  return new Tail(log, channel, roomyMemory(), () => {})
}

export async function openTail(log: EventLog, channel = 'a'): Promise<Tail> {
  const tail = newTail(log, channel)
  await tail.sync.open()
  return tail
}

/** The data in the window after an offset, up to the top. */
export function dataAfter(tail: Tail, after: number): readonly string[] {
  if (!tail.covers(after)) throw new Error(`expected what follows ${after} at hand, got less`)
  return Array.from(
    { length: tail.top - after },
    (_, index) => tail.eventAt(after + 1 + index).data,
  )
}

/** Reads the data after an offset from the tail's pages, up to the top. */
export async function readAfter(tail: Tail, after: number): Promise<readonly string[]> {
  const data: string[] = []
  for (let offset = after; offset < tail.top;) {
    const page = await tail.pages.acquire(offset)
    if (page === undefined) return data
    for (; page.covers(offset) && offset < tail.top; offset++) {
      data.push(page.eventAt(offset + 1)!.data)
    }
    tail.pages.release(page)
  }
  return data
}

export function numbers(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index))
}

/** The position of an offset in text form. */
export function positionAt(tail: Tail, offset: number, generation?: number): string {
  return formatPosition(tail.epochAt(offset, generation), offset)
}

/** How the tail resumes from a position in text form. */
export function resumeAt(tail: Tail, text: string | undefined): Resumption {
  const position = parsePosition(text ?? '')
  if (position === undefined) throw new Error(`expected a position, got ${text}`)
  return tail.resume(position)
}
