import { duration } from '../kinds/duration.ts'
import { kubernetesName } from '../kinds/kubernetes-name.ts'
import type { SettingRow } from '../setting.ts'

export const LEADERSHIP = {
  LEASE: {
    kind: kubernetesName('a Lease'),
    default: 'runnel-controller',
    doc: 'Lease that the leading replica holds. Only the leader writes.',
  },
  LEASE_DURATION: {
    kind: duration('5s', '5m'),
    default: '15s',
    doc:
      'How long a leader that is not heard of stays the leader. It gives up after two thirds of it, and ' +
      'tries to renew much more often.',
  },
} as const satisfies Record<string, SettingRow>
