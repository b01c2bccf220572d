import {
  startService,
  type RunningService,
  type ServiceOptions,
} from '../../src/service/start-service.ts'
import { load } from '../../src/config/load.ts'
import { SERVE_TABLE } from '../../src/config/serve/serve-table.ts'
import { observe } from './openapi/observed-services.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

export interface TestService extends RunningService, AsyncDisposable {}

/**
 * Starts the whole service in this process, on ports that the system picks. Flags are those of the
 * command line without dashes: `{ 'max-streams': '2' }`. `open` replaces the log and the fleet, and
 * `observers` the log lines; `tracing` is off by default.
 */
export async function startTestService(
  flags: Readonly<Record<string, string>> = {},
  open?: ServiceOptions['open'],
  observers?: ServiceOptions['observers'],
  tracing?: ServiceOptions['tracing'],
): Promise<TestService> {
  const loading = await load(SERVE_TABLE, {
    env: {},
    flags: { listen: '127.0.0.1:0', 'admin-listen': '127.0.0.1:0', 'drain-window': '0s', ...flags },
  })
  if (loading.kind === 'refused') {
    throw new Error(loading.problems.map(({ message }) => message).join('; '))
  }
  const service = await startService(loading, createLogger('silent'), { open, observers, tracing })
  const observation = observe(service)
  const stop = async () => {
    await service.stop()
    observation[Symbol.dispose]()
  }
  return { ...service, stop, [Symbol.asyncDispose]: stop }
}
