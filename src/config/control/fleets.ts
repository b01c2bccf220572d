import { choice } from '../kinds/choices-and-paths.ts'
import { duration } from '../kinds/duration.ts'
import { kubernetesName, labelValue } from '../kinds/kubernetes-name.ts'
import type { SettingRow } from '../setting.ts'

export const FLEETS = {
  NAMESPACE: {
    kind: kubernetesName('a namespace'),
    doc:
      'Namespace whose StreamCapacity objects are looked after. Unset, it is the namespace of the pod, or ' +
      'that of the context in the kubeconfig.',
  },
  INSTANCE: {
    kind: kubernetesName('a release'),
    doc:
      'Release that the controller belongs to. An object with the label `app.kubernetes.io/instance` of ' +
      'another release, or without one and with a Deployment of another release, is left to the controller ' +
      'of that release. Unset, all objects are looked after.',
  },
  APP_NAME: {
    kind: labelValue('a label'),
    doc:
      'Application that the controller belongs to, of several in one release. As with the release, an object ' +
      'is left to another controller by the label `app.kubernetes.io/name`, its own or that of its ' +
      'Deployment. Unset, those of all applications are looked after.',
  },
  SNAPSHOT_INTERVAL: {
    kind: duration('1s', '1m'),
    default: '5s',
    doc: 'How often each pod is asked how many streams it holds. The fleet follows no sooner.',
  },
  ADMIN_TOKEN_SECRET: {
    kind: kubernetesName('a Secret'),
    doc:
      'Secret with the token that pods ask for before they shed streams, under the key `token`. An empty ' +
      'one is filled with a random token. Unset, streams are not rebalanced.',
  },
  POD_PROXY: {
    kind: choice('on', 'off'),
    default: 'off',
    doc:
      'Whether the API server is asked for the snapshot of a pod that cannot be reached at its address. It ' +
      'needs the right to `get` `pods/proxy`, which reaches every port of every pod in the namespace.',
  },
} as const satisfies Record<string, SettingRow>
