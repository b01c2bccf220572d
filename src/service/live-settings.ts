import { applyCapacityFile, parseCapacityFile } from '../config/capacity-file.ts'
import { CapacityFileWatch } from '../config/capacity-file-watch.ts'
import type { LiveConfig } from '../config/config-values.ts'
import { SERVE_TABLE, type ServeConfig } from '../config/serve/serve-table.ts'
import type { Live } from '../lib/live-value.ts'
import type { CapacityFileState } from '../schema/snapshot.ts'
import type { Logger } from '../telemetry/logger.ts'

type CapacityFile = LiveConfig<typeof SERVE_TABLE>

/** The settings in force: values of the capacity file beat flags and variables. */
export class LiveSettings {
  /** A frozen config, a new one after each change of the file. */
  readonly current: Live<ServeConfig> = () => this.#current
  #current: ServeConfig
  readonly #watch: CapacityFileWatch<CapacityFile> | undefined

  constructor(config: ServeConfig, logger: Logger) {
    this.#current = config
    const path = config.capacityFile
    if (path === undefined) return
    this.#watch = new CapacityFileWatch<CapacityFile>({
      path,
      parse: (text) => parseCapacityFile(SERVE_TABLE, text),
      onChange: (file) => {
        this.#current = applyCapacityFile(config, file ?? {})
        // A warning, since the removal of the file may raise limits by accident.
        if (file === undefined)
          logger.warn({ path }, 'capacity file is gone, flags and variables apply')
        else logger.info({ path, ...file }, 'capacity file read')
      },
      onProblem: (problem) => {
        logger.error({ path, problem }, 'capacity file refused, the last valid one stays in force')
      },
    })
  }

  /** Null if no capacity file is configured. */
  get capacityFile(): CapacityFileState | null {
    return this.#watch?.state ?? null
  }

  /** Resolves after the first read of the file, so that a service never listens under other limits. */
  async start(): Promise<void> {
    await this.#watch?.start()
  }

  close(): void {
    this.#watch?.close()
  }
}
