/** The service with nothing that observes it, which no setting can have: it shows what telemetry costs. */
import { load } from '../../src/config/load.ts'
import { SERVE_TABLE } from '../../src/config/serve/serve-table.ts'
import { startService } from '../../src/service/start-service.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

const loading = await load(SERVE_TABLE, {
  env: {},
  flags: { listen: `127.0.0.1:${process.argv[2]}`, 'admin-listen': '127.0.0.1:0' },
})
if (loading.kind === 'refused') throw new Error(JSON.stringify(loading.problems))
await startService(loading, createLogger('silent'), { observers: [] })
