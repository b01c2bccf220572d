import { address } from '../kinds/address.ts'
import { kubernetesName } from '../kinds/kubernetes-name.ts'
import type { SettingRow } from '../setting.ts'

export const LISTENERS = {
  ADMIN_LISTEN: {
    kind: address(),
    default: '127.0.0.1:9090',
    doc:
      'Where `/livez`, `/readyz` and `/metrics` answer, and `/scaling/NAMESPACE/NAME`, from which KEDA reads ' +
      'the streams of a fleet. Nothing there changes anything or is secret.',
  },
  METRICS_API_LISTEN: {
    kind: address(),
    doc:
      'Where the API server asks for `custom.metrics.k8s.io`, over TLS. Only the API server is answered. ' +
      'Unset, the metrics API is off, and no HorizontalPodAutoscaler can read the streams.',
  },
  METRICS_API_SECRET: {
    kind: kubernetesName('a Secret'),
    doc:
      'Secret that holds the authorities of the metrics API. All replicas share them, so that each has a ' +
      'certificate which the API server trusts. They are renewed long before they end.',
  },
  CONTROLLER_SERVICE: {
    kind: kubernetesName('a Service'),
    doc:
      'Service that leads to the controller. The API server and KEDA find it there: its certificates are ' +
      'for this name.',
  },
} as const satisfies Record<string, SettingRow>
