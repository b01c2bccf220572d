import type { Random } from './random.ts'

/** Longest wait of a client that gets no answer, in seconds, as in src/client/backoff.ts. */
const LONGEST = 30

/** Whether other pods have room; `alone` where there are no others. */
export type Room = 'some' | 'none' | 'alone'

/** Seconds that a stream which had a place stays away after a farewell: drained, shed or aged. docs/protocol.md. */
export function waitAfterFarewell(room: Room, retry: number, random: Random): number {
  if (room === 'alone') return waitAfterCut(retry, random)
  return waitAfterRefusal(room, random)
}

/** Seconds after a refusal. */
export function waitAfterRefusal(room: Room, random: Random): number {
  return room === 'some' ? random.between(0.2, 1) : random.between(5, 30)
}

/** Seconds after a cut without a farewell: `retry`, scattered. */
export function waitAfterCut(retry: number, random: Random): number {
  return random.between(0.5 * retry, 1.5 * retry)
}

/** Seconds after so many attempts in a row that met no pod: never sooner than after a cut. */
export function waitAfterFailures(failures: number, retry: number, random: Random): number {
  const wait = waitAfterCut(retry, random)
  if (failures === 1) return wait
  const ceiling = Math.min(retry * 2 ** Math.min(failures, 16), Math.max(retry, LONGEST))
  return Math.max(wait, random.between(0, ceiling))
}
