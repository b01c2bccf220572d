import {
  defaultResource,
  detectResources,
  hostDetector,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
  type Resource,
} from '@opentelemetry/resources'
import { VERSION } from '../lib/version.ts'

/**
 * Names this process in what is pushed. `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` win over what is found here.
 * The command line is left out: it may hold secrets.
 */
export function describeProcess(service: string): Resource {
  return defaultResource()
    .merge(resourceFromAttributes({ 'service.name': service, 'service.version': VERSION }))
    .merge(
      detectResources({
        detectors: [
          hostDetector,
          serviceInstanceIdDetector,
          resourceAttributesEnvDetector,
          serviceNameEnvDetector,
        ],
      }),
    )
}
