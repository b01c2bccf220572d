import type { Report } from './result.ts'

/** Percent of a core: a driver that needs more may be late itself. */
const BUSY_DRIVER = 80

/** Milliseconds: less makes no figure look like another one. */
const LATE_DRIVER = 100

/** Percent of the deliveries: a pause of this machine or of a server holds a few back. */
const HELD_BACK = 3

/** Ms. Publishes that are taken later have their events come later, and together, whatever is on the way. */
const LATE_PUBLISH = 100

/** Of the cores: what else runs takes time from drivers, and on loopback from the servers. */
const LOADED_SHARE = 0.5

/** Why the figures may say less of the service than of something else. */
export function warningsOf({ machine, results }: Report): readonly string[] {
  const warnings = results
    .filter(({ figures }) => figures.driverCpuPercent > BUSY_DRIVER)
    .map(
      ({ scenario, figures }) =>
        `${scenario}: a driver used ${Math.round(figures.driverCpuPercent)} % of a core, so the driver may have been the limit. ` +
        'Use more --drivers, fewer subscribers, or a machine with more cores.',
    )
  for (const { scenario, figures } of results) {
    const { driverLoopDelay, heldBackLongPercent, publishP99 = 0 } = figures
    if (driverLoopDelay > LATE_DRIVER) {
      warnings.push(
        `${scenario}: a driver itself was late by up to ${Math.round(driverLoopDelay)} ms, so delivery times, connect times, outages and pauses are upper bounds. ` +
          'Use fewer subscribers, or a machine on which less else runs.',
      )
    }
    if (heldBackLongPercent <= HELD_BACK || publishP99 > LATE_PUBLISH) continue
    warnings.push(
      `${scenario}: ${Math.round(heldBackLongPercent)} % of the deliveries came together with events that were due over 200 ms later. ` +
        'Something between the server and its clients buffers: npm run --silent runnel -- check URL finds out what.',
    )
  }
  const { loadAverage, cores } = machine
  if (loadAverage > LOADED_SHARE * cores) {
    warnings.push(
      `The machine was busy before the run (load average ${loadAverage.toFixed(1)} on ${cores} cores), so times may be longer than on an idle one.`,
    )
  }
  return warnings
}
