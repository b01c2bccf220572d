import { CapacityFileWatch } from '../config/capacity-file-watch.ts'
import type { Config } from '../config/config.ts'
import { liveSettings, type LiveSettings } from '../config/live-settings.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Applies the capacity file, now and whenever it changes. Undefined where none is set. */
export async function followCapacityFile(
  config: Config,
  logger: Logger,
  apply: (settings: LiveSettings) => void,
): Promise<CapacityFileWatch | undefined> {
  const path = config.capacityFile
  if (path === undefined) return undefined
  const watch = new CapacityFileWatch({
    path,
    onChange: (file) => {
      const settings = liveSettings(config, file)
      apply(settings)
      // Limits that nobody meant to lift are lifted when the file goes.
      if (file === undefined)
        logger.warn({ path }, 'capacity file is gone, flags and variables apply')
      else logger.info({ path, ...file }, 'capacity file read')
    },
    onProblem: (problem) => {
      logger.error({ path, problem }, 'capacity file refused, the last good one stays in force')
    },
  })
  await watch.start()
  return watch
}
