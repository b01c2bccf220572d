import type { DriverProcess } from '../driver/driver-process.ts'
import type { Tally } from '../driver/tally.ts'

/** A process that makes load, as far as a run uses it. */
export type Driver = Pick<
  DriverProcess,
  | 'prepare'
  | 'subscribe'
  | 'unsubscribe'
  | 'cut'
  | 'readAtOnce'
  | 'publish'
  | 'publishAtOnce'
  | 'published'
  | 'awaitEvents'
  | 'judge'
  | 'stop'
  | typeof Symbol.asyncDispose
>

export interface DriverEvents {
  readonly onTally: (tally: Tally) => void
  /** The process has ended, though nobody asked it to. */
  readonly onEnd: (error: Error) => void
}

export type StartDriver = (events: DriverEvents) => Driver
