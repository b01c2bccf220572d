import { ServiceError } from '../../client/service-error.ts'
import type { CommandIo } from '../command.ts'

const UNTRACED =
  'not traced: start the service with OTEL_EXPORTER_OTLP_ENDPOINT set; it heeds Runnel-Trace only if it listens on a loopback address\n'

/** Writes which traces the publishes of a command have, to standard error. */
export class TraceLines {
  readonly #io: Pick<CommandIo, 'writeError'>
  #isUntracedSaid = false

  constructor(io: Pick<CommandIo, 'writeError'>) {
    this.#io = io
  }

  /** Writes a line for each trace, and once that there is none. */
  published(traceId: string | undefined): void {
    if (traceId !== undefined) this.#io.writeError(`trace ${traceId}\n`)
    else if (!this.#isUntracedSaid) {
      this.#isUntracedSaid = true
      this.#io.writeError(UNTRACED)
    }
  }

  /** A publish that is refused may have a trace, too. */
  failed(error: unknown): void {
    if (error instanceof ServiceError && error.traceId !== undefined) this.published(error.traceId)
  }
}
