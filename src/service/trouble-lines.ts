import type { LogTroubleReport } from '../log/event-log.ts'
import type { TroubleListener } from '../redis/incident.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Log lines about failures of the log. docs/redis.md says what to do about each. */
export function writeTroubleLines(logger: Logger): TroubleListener {
  return (phase, report) => {
    if (phase === 'ends') {
      const { scope, code, channel, since, seconds, count } = report
      logger.info({ scope, code, channel, since, seconds, count }, END[scope])
      return
    }
    const { begins, lasts } = WORDS[report.scope === 'log' ? report.state : report.scope]
    logger.warn(report, phase === 'begins' ? begins : lasts)
  }
}

const WORDS = {
  away: { begins: 'the log is away', lasts: 'the log is still away' },
  refused: { begins: 'the log refuses all', lasts: 'the log still refuses all' },
  requests: {
    begins: 'the log refuses what it is asked',
    lasts: 'the log still refuses what it is asked',
  },
  channel: { begins: 'the log refuses a channel', lasts: 'the log still refuses a channel' },
} as const

const END: Readonly<Record<LogTroubleReport['scope'], string>> = {
  log: 'the log is back',
  requests: 'the log accepts again what it refused',
  channel: 'the log accepts the channel again',
}
