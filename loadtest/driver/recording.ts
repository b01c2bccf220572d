import type { PayloadReader } from './payload.ts'
import type { TallyRecorder } from './tally-recorder.ts'

/** What all recorders of a driver share. */
export interface Recording {
  readonly tally: TallyRecorder
  readonly payload: PayloadReader
  /** Ids are positions. */
  readonly hasPositions: boolean
  /** When each event of the present read was due that is not known to be held back. */
  readonly duesOfRead: number[]
  /** Called after each event of the run. */
  readonly onDelivery: () => void
  /** Since when this process reads in time, seen from this time. */
  readonly punctualSince: (now: number) => number
}
