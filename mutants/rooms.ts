import { CAPACITY } from './faults/capacity.ts'
import type { Room } from './fault.ts'

/** The rooms of the code, with the tests that stand for each. */
export const ROOMS: Readonly<Record<string, Room>> = {
  capacity: { tests: ['src/capacity/', 'test/capacity/', 'test/access/'], faults: CAPACITY },
}

export function testsOfRoom(room: string): readonly string[] {
  return ROOMS[room]?.tests ?? []
}
