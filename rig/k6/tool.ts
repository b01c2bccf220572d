import type { GoTool } from '../build/go-tools.ts'

/**
 * k6 with a stand-in for its extension xk6-sse. AGPL-3.0: a tool of tests and load tests on this machine, which nothing
 * that is shipped contains or links.
 */
export const K6: GoTool = { module: 'k6', package: '.', name: 'k6' }
