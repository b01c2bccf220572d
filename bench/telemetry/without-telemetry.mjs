/**
 * The built service with nothing that observes it, which no setting can have: it shows what telemetry costs. The port is
 * the only argument.
 */
import { load } from '../../dist/config/load.js'
import { SERVE_TABLE } from '../../dist/config/serve/serve-table.js'
import { startService } from '../../dist/service/start-service.js'
import { createLogger } from '../../dist/telemetry/logger.js'

const loading = await load(SERVE_TABLE, {
  env: {},
  flags: { listen: `127.0.0.1:${process.argv[2]}`, 'admin-listen': '127.0.0.1:0' },
})
if (loading.kind === 'refused') throw new Error(JSON.stringify(loading.problems))
await startService(loading, createLogger('silent'), { observers: [] })
