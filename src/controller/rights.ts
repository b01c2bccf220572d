/**
 * The rights of the controller in the Kubernetes API: exactly those that its requests need. The chart's Role and
 * ClusterRole are made from these tables.
 */
export interface Right {
  /** The API group; empty for the core group. */
  readonly group: string
  /** With its subresource, if that is meant: `pods/proxy`. */
  readonly resource: string
  readonly verbs: readonly Verb[]
  /** The objects that the right is limited to. Without it the right holds for all objects of the resource. */
  readonly objects?: readonly NamedObject[]
  /** When a release needs the right; without it, always. */
  readonly when?: Need
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'

/**
 * Objects that a release creates empty and the controller fills. It needs no right to create a Secret, and can
 * read no other one.
 */
export type NamedObject =
  | 'lease'
  | 'admin token'
  | 'metrics authorities'
  | 'APIService v1beta1'
  | 'APIService v1beta2'

/**
 * A provider that may change the number of pods (`Auto` may be any of them), the detour to pods through the API
 * server, or the metrics API.
 */
export type Need = 'CustomMetrics' | 'KEDA' | 'Direct' | 'pod proxy' | 'metrics API'

const READ = ['get', 'list', 'watch'] as const
/** Server-side apply is `patch`, and `create` besides where there is no such object yet. */
const APPLY = ['create', 'patch'] as const

/** Within the namespace of the release. */
export const NAMESPACE_RIGHTS: readonly Right[] = [
  { group: 'runnel.dev', resource: 'streamcapacities', verbs: ['list', 'watch'] },
  { group: 'runnel.dev', resource: 'streamcapacities/status', verbs: ['patch'] },
  // No request needs it by itself. Where OwnerReferencesPermissionEnforcement is on, as in OpenShift, nobody may
  // write an owner reference with `blockOwnerDeletion` without this right.
  { group: 'runnel.dev', resource: 'streamcapacities/finalizers', verbs: ['update'] },
  { group: 'apps', resource: 'deployments', verbs: ['list', 'watch'] },
  // The cost of its deletion is an annotation of a pod.
  { group: '', resource: 'pods', verbs: ['list', 'watch', 'patch'] },
  { group: '', resource: 'configmaps', verbs: [...READ, ...APPLY, 'delete'] },
  { group: 'policy', resource: 'poddisruptionbudgets', verbs: [...READ, ...APPLY, 'delete'] },
  // Without `delete` a fleet whose provider changes would keep the autoscaler of the one before.
  { group: 'autoscaling', resource: 'horizontalpodautoscalers', verbs: [...READ, 'delete'] },
  { group: 'keda.sh', resource: 'scaledobjects', verbs: [...READ, 'delete'] },
  { group: 'events.k8s.io', resource: 'events', verbs: ['create'] },
  {
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['get', 'update'],
    objects: ['lease'],
  },
  {
    group: '',
    resource: 'secrets',
    verbs: ['get', 'update'],
    objects: ['admin token'],
  },
  {
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    verbs: APPLY,
    when: 'CustomMetrics',
  },
  { group: 'keda.sh', resource: 'scaledobjects', verbs: APPLY, when: 'KEDA' },
  { group: 'apps', resource: 'deployments/scale', verbs: ['patch'], when: 'Direct' },
  { group: '', resource: 'pods/proxy', verbs: ['get'], when: 'pod proxy' },
  {
    group: '',
    resource: 'secrets',
    verbs: ['get', 'update'],
    objects: ['metrics authorities'],
    when: 'metrics API',
  },
]

/** In the whole cluster, since an APIService belongs to no namespace. A release that registers none has no such right. */
export const CLUSTER_RIGHTS: readonly Right[] = [
  {
    group: 'apiregistration.k8s.io',
    resource: 'apiservices',
    verbs: ['get', 'patch'],
    objects: ['APIService v1beta1', 'APIService v1beta2'],
  },
]
