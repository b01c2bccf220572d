/** Writes the pages, the dashboard and the rules of RBAC that are made from code, or checks them with `--check`. */
import { renderDashboard } from '../dashboards/render-dashboard.ts'
import { VERSION } from '../src/lib/version.ts'
import { openApiDocument } from '../src/schema/openapi/openapi-document.ts'
import { renderMetrics } from './render-metrics.ts'
import { renderPerformance } from './render-performance.ts'
import { renderRedisRule } from './render-redis-rule.ts'
import { renderReliability } from './render-reliability.ts'
import { renderRights } from './render-rights.ts'
import { renderScaling } from './render-scaling.ts'
import { renderSettings } from './render-settings.ts'
import { renderStreamCapacity } from './render-stream-capacity.ts'
import { writeGenerated } from './write-generated.ts'

const PAGES = [
  { path: 'docs/settings.md', render: renderSettings },
  { path: 'docs/operations/metrics.md', render: renderMetrics },
  { path: 'docs/stream-capacity.md', render: renderStreamCapacity },
  { path: 'docs/scaling.md', render: renderScaling },
  { path: 'docs/performance.md', render: renderPerformance },
  { path: 'docs/redis.md', render: renderRedisRule },
  { path: 'docs/reliability.md', render: renderReliability },
  { path: 'docs/openapi.json', render: () => JSON.stringify(openApiDocument(VERSION)) },
  { path: 'charts/runnel/dashboards/runnel.json', render: renderDashboard },
  { path: 'charts/runnel/templates/controller/_rules.tpl', render: renderRights },
]

await writeGenerated(PAGES, 'npm run docs')
