import type { HeldBackEvents } from './held-back-events.ts'
import type { PayloadReader } from './payload.ts'
import type { TallyRecorder } from './tally-recorder.ts'

/** What all recorders of a driver share. */
export interface Recording {
  readonly tally: TallyRecorder
  readonly payload: PayloadReader
  /** Ids are positions. */
  readonly hasPositions: boolean
  /** Of the present read. */
  readonly heldBack: HeldBackEvents
  /** Called after each event of the run. */
  readonly onDelivery: () => void
}
