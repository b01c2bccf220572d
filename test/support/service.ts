import type { openLogAndFleet } from '../../src/service/open-log-and-fleet.ts'
import { startService, type RunningService } from '../../src/service/start-service.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

export interface TestService extends RunningService, AsyncDisposable {}

/**
 * Starts the whole service in this process, on ports that the system picks. Flags are those of the
 * command line without dashes: `{ 'max-streams': '2' }`. `open` replaces the log and the fleet.
 */
export async function startTestService(
  flags: Readonly<Record<string, string>> = {},
  open?: typeof openLogAndFleet,
): Promise<TestService> {
  const loading = await loadConfig({
    env: {},
    flags: { listen: '127.0.0.1:0', 'admin-listen': '127.0.0.1:0', 'drain-window': '0s', ...flags },
  })
  if (loading.kind === 'refused') {
    throw new Error(loading.problems.map(({ message }) => message).join('; '))
  }
  const service = await startService(loading, createLogger('silent'), open)
  return {
    ...service,
    async [Symbol.asyncDispose]() {
      await service.stop()
    },
  }
}
