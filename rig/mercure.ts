import type { GoTool } from './build/go-tools.ts'

const VERSION = '0.24.2'

/**
 * A hub of server-sent events, which the benchmark compares with. Its licence is the AGPL 3.0: it is built for tests on
 * this machine alone, and no image, chart or package of the project may have it.
 */
export const MERCURE: GoTool = {
  module: 'mercure',
  package: 'github.com/dunglas/mercure/caddy/mercure',
  name: 'mercure',
  stamps: { 'github.com/caddyserver/caddy/v2.CustomVersion': `Mercure.rocks-v${VERSION}` },
}
