import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import { readCounts, type Environment } from '../environment.ts'
import { createResource } from './resource.ts'
import { createSpanProcessors } from './span-processors.ts'
import type { TraceSettings } from './trace-settings.ts'

/** Of several, the first that is set counts. */
const LIMIT_VARIABLES = {
  attributeCountLimit: ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'],
  attributeValueLengthLimit: [
    'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  ],
  linkCountLimit: ['OTEL_SPAN_LINK_COUNT_LIMIT'],
  attributePerLinkCountLimit: ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'],
}

/**
 * Builds the provider from its parts. `startNodeSdk` would register it for the whole process, of which there can
 * be only one, would follow asynchronous contexts at a cost for each promise, and would write to the console.
 */
export async function createTracerProvider(
  settings: TraceSettings,
  env: Environment,
  attributes: Readonly<Record<string, string>>,
): Promise<TracerProvider> {
  return new TracerProvider({
    resource: createResource(env, attributes),
    // Whoever starts a span has decided that it is kept.
    sampler: new AlwaysOnSampler(),
    spanProcessors: await createSpanProcessors(settings, env),
    spanLimits: readCounts(env, LIMIT_VARIABLES),
  })
}
