import type { StreamCapacitySpec } from '../../schema/stream-capacity.ts'
import type { Providers } from './fleet-plan.ts'

type Asked = StreamCapacitySpec['scaling']['provider']

export type Provider = Exclude<Asked, 'Auto'>

export interface ProviderChoice {
  readonly provider: Provider
  /** A sentence. */
  readonly why: string
}

/** An explicit choice stands, even where it cannot work: another provider in its place would surprise. */
export function chooseProvider(asked: Asked, providers: Providers): ProviderChoice {
  if (asked !== 'Auto') return { provider: asked, why: `spec.scaling.provider is ${asked}.` }
  if (providers.metricsApi === 'ours') {
    return {
      provider: 'CustomMetrics',
      why: 'Auto chose CustomMetrics: the API server asks this controller for custom metrics.',
    }
  }
  const noMetrics =
    providers.metricsApi === 'foreign'
      ? 'another server serves custom metrics'
      : 'this controller is not registered for custom metrics'
  return providers.hasKeda
    ? { provider: 'KEDA', why: `Auto chose KEDA: it is installed, and ${noMetrics}.` }
    : { provider: 'Direct', why: `Auto chose Direct: ${noMetrics}, and KEDA is not installed.` }
}

/** Whether this controller sees to the number of pods, by itself or through an autoscaler that it writes. */
export function isManaged(provider: Provider): boolean {
  return provider === 'CustomMetrics' || provider === 'KEDA' || provider === 'Direct'
}
