import type { openShared } from '../../src/cli/open-shared.ts'
import { startService, type RunningService } from '../../src/cli/start-service.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

export interface TestService extends RunningService, AsyncDisposable {}

/**
 * Starts the whole service in this process, on ports that the system picks. Flags are those of the
 * command line without dashes: `{ 'max-streams': '2' }`. `open` brings a log of the test's own.
 */
export async function startTestService(
  flags: Readonly<Record<string, string>> = {},
  open?: typeof openShared,
): Promise<TestService> {
  const resolution = resolveConfig({
    env: {},
    flags: { listen: '127.0.0.1:0', 'admin-listen': '127.0.0.1:0', 'drain-window': '0s', ...flags },
  })
  if (resolution.kind === 'refused') {
    throw new Error(resolution.problems.map(({ message }) => message).join('; '))
  }
  const service = await startService(resolution.config, createLogger('silent'), open)
  return {
    ...service,
    async [Symbol.asyncDispose]() {
      await service.stop()
    },
  }
}
