import type { Address } from '../../loadtest/driver/commands.ts'
import type { Profiling } from '../processes/cpu-profile.ts'

/** A server under measurement. */
export interface Contender {
  /** For the command line and for records. */
  readonly name: string
  /** For people. */
  readonly title: string
  /** Builds or finds what it needs. Throws an error that says what is missing and how to get it. */
  readonly prepare: () => Promise<Prepared>
}

export interface Prepared {
  readonly version: string
  /** Starts it on core 0, and resolves when it answers. */
  readonly start: () => Promise<MeasuredServer>
}

/** A running contender. */
export interface MeasuredServer extends AsyncDisposable {
  readonly address: Address
  /** Answers 200 at once. */
  readonly healthUrl: string
  /** Processes that share the subscribers. */
  readonly processes: number
  /** Milliseconds for which it holds events back on purpose. */
  readonly holdsBack: number
  /** CPU seconds so far, of all its threads and processes. */
  readonly cpuTime: () => number
  /** Resident bytes, of all its processes, as they are. */
  readonly residentMemory: () => number
  /** Bytes of JavaScript in use in its first process: collects the garbage before. Undefined where there is none. */
  readonly heap: () => Promise<number | undefined>
  /** Begins a profile of the CPU of its first process. Absent where there is no JavaScript. */
  readonly profile?: (() => Promise<Profiling>) | undefined
  /** Reads of events so far that its log outside of the process has counted. Absent without such a log. */
  readonly logReads?: () => Promise<number>
}
