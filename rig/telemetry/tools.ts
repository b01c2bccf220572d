import type { GoTool } from '../build/go-tools.ts'

/** The version of the release. Its Go module has another one, v1.76.0, since the path of the module names no version. */
export const JAEGER_VERSION = '2.13.0'

const JAEGER_MODULE = 'github.com/jaegertracing/jaeger'

/** Jaeger, without its web page: the Go module has a placeholder in its place. */
export const JAEGER: GoTool = {
  module: 'jaeger',
  package: `${JAEGER_MODULE}/cmd/jaeger`,
  name: 'jaeger',
  stamps: {
    [`${JAEGER_MODULE}/internal/version.latestVersion`]: `v${JAEGER_VERSION}`,
    [`${JAEGER_MODULE}/internal/version.date`]: '2025-12-03T16:07:08Z',
  },
}

const prometheus = {
  module: 'prometheus',
  stamps: { 'github.com/prometheus/common/version.Version': '3.15.0' },
  // The clients of clouds, which discover targets there, would be the larger part of the program.
  tags: ['remove_all_sd', 'enable_kubernetes_sd'],
}

/** Prometheus, with its API and without its web page. */
export const PROMETHEUS: GoTool = {
  ...prometheus,
  package: 'github.com/prometheus/prometheus/cmd/prometheus',
  name: 'prometheus',
}

/** Checks and tests rules of Prometheus. */
export const PROMTOOL: GoTool = {
  ...prometheus,
  package: 'github.com/prometheus/prometheus/cmd/promtool',
  name: 'promtool',
}

export const TELEMETRY_TOOLS: readonly GoTool[] = [JAEGER, PROMETHEUS, PROMTOOL]
