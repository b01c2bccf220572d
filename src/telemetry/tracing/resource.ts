import {
  defaultResource,
  detectResources,
  hostDetector,
  osDetector,
  processDetector,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
  type Resource,
  type ResourceDetector,
} from '@opentelemetry/resources'
import { readList, type Environment } from '../environment.ts'

/** `process` is no default, since it shows the whole command line to everyone who reads traces. */
const DEFAULT_DETECTORS = ['service', 'host']

const DETECTORS: Readonly<Record<string, readonly ResourceDetector[]>> = {
  service: [serviceInstanceIdDetector],
  host: [hostDetector, osDetector],
  process: [processDetector],
}

/**
 * What a process is, for its traces. `OTEL_SERVICE_NAME` beats `OTEL_RESOURCE_ATTRIBUTES`, which beats what is detected,
 * which beats the defaults. The detectors read these variables themselves, from `process.env`.
 */
export function createResource(
  env: Environment,
  defaults: Readonly<Record<string, string>>,
): Resource {
  const detected = detectorNames(env).flatMap((name) =>
    Object.hasOwn(DETECTORS, name) ? (DETECTORS[name] ?? []) : [],
  )
  return defaultResource()
    .merge(resourceFromAttributes(defaults))
    .merge(detectResources({ detectors: [...detected] }))
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector] }))
    .merge(detectResources({ detectors: [serviceNameEnvDetector] }))
}

function detectorNames(env: Environment): readonly string[] {
  const names = readList(env, 'OTEL_NODE_RESOURCE_DETECTORS')
  if (names.length === 0) return DEFAULT_DETECTORS
  if (names.includes('none')) return []
  return names.includes('all') ? Object.keys(DETECTORS) : names
}
