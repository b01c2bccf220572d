import type { Answer, Command } from '../driver/commands.ts'
import type { Tally } from '../driver/tally.ts'

/** A process that makes load, as the parent sees it. */
export interface Driver extends AsyncDisposable {
  /**
   * Resolves with the answer. Rejects if the driver failed to do it, or has ended. Commands are carried out one after the
   * other, but for `stop`, which ends the one that is being carried out.
   */
  command(command: Command): Promise<Answer>
}

export interface DriverEvents {
  readonly onTally: (tally: Tally) => void
  /** The process has ended, though nobody asked it to. */
  readonly onFailure: (error: Error) => void
}

export type StartDriver = (events: DriverEvents) => Promise<Driver>
