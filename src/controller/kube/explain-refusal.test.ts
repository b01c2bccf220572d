import { expect, test } from 'vitest'
import { CONFIG_MAP } from '../objects/children.ts'
import { STREAM_CAPACITY } from '../objects/stream-capacity.ts'
import { DEPLOYMENT, POD } from '../objects/workloads.ts'
import { callOn, type ApiCall } from './api-call.ts'
import { explainRefusal } from './explain-refusal.ts'

const MAP = { namespace: 'a', name: 'm' }
const CREATE = callOn('create', CONFIG_MAP, MAP)
const LIST_PODS = callOn('list', POD, { namespace: 'a' })

/** Answers of a kube-apiserver 1.36, shortened where they repeat themselves. */
const ANSWERS: readonly [
  what: string,
  call: ApiCall,
  code: number,
  said: { readonly reason: string; readonly message: string } | string,
  reason: string,
  message: string,
][] = [
  [
    'credentials that are not known',
    LIST_PODS,
    401,
    { reason: 'Unauthorized', message: 'Unauthorized' },
    'unauthorized',
    'Cannot list pods in namespace a: Unauthorized. The credentials are not accepted: check the service account token of the pod, or the user of the kubeconfig.',
  ],
  [
    'a verb that RBAC does not allow in a namespace',
    LIST_PODS,
    403,
    {
      reason: 'Forbidden',
      message:
        'pods is forbidden: User "system:serviceaccount:x:y" cannot list resource "pods" in API group "" in the namespace "a"',
    },
    'forbidden',
    'Cannot list pods in namespace a: pods is forbidden: User "system:serviceaccount:x:y" cannot list resource "pods" in API group "" in the namespace "a". RBAC has to allow list on pods (apiGroups: [""]) in namespace a.',
  ],
  [
    'a subresource that RBAC does not allow',
    callOn('patch', DEPLOYMENT, { namespace: 'a', name: 'd' }, 'scale'),
    403,
    {
      reason: 'Forbidden',
      message:
        'deployments.apps "d" is forbidden: User "u" cannot patch resource "deployments/scale" in API group "apps" in the namespace "a"',
    },
    'forbidden',
    'Cannot patch deployments.apps/scale a/d: deployments.apps "d" is forbidden: User "u" cannot patch resource "deployments/scale" in API group "apps" in the namespace "a". RBAC has to allow patch on deployments/scale (apiGroups: ["apps"]) in namespace a.',
  ],
  [
    'an apply that RBAC does not allow to create its object',
    callOn('patch', CONFIG_MAP, MAP),
    403,
    {
      reason: 'Forbidden',
      message:
        'configmaps "m" is forbidden: User "u" cannot create resource "configmaps" in API group "" in the namespace "a"',
    },
    'forbidden',
    'Cannot patch configmaps a/m: configmaps "m" is forbidden: User "u" cannot create resource "configmaps" in API group "" in the namespace "a". RBAC has to allow create on configmaps (apiGroups: [""]) in namespace a.',
  ],
  [
    'a path that RBAC does not allow',
    { verb: 'get', path: '/apis/apps/v1' },
    403,
    { reason: 'Forbidden', message: 'forbidden: User "u" cannot get path "/apis/apps/v1"' },
    'forbidden',
    'Cannot get /apis/apps/v1: forbidden: User "u" cannot get path "/apis/apps/v1". RBAC has to allow get on the URL /apis/apps/v1.',
  ],
  [
    'a namespace that ends',
    CREATE,
    403,
    {
      reason: 'Forbidden',
      message:
        'configmaps "m" is forbidden: unable to create new content in namespace a because it is being terminated',
    },
    'invalid',
    'Cannot create configmaps a/m: configmaps "m" is forbidden: unable to create new content in namespace a because it is being terminated.',
  ],
  [
    'a quota',
    CREATE,
    403,
    {
      reason: 'Forbidden',
      message:
        'configmaps "m" is forbidden: exceeded quota: none, requested: count/configmaps=1, used: count/configmaps=0, limited: count/configmaps=0',
    },
    'invalid',
    'Cannot create configmaps a/m: configmaps "m" is forbidden: exceeded quota: none, requested: count/configmaps=1, used: count/configmaps=0, limited: count/configmaps=0.',
  ],
  [
    'an object that is not there',
    callOn('get', CONFIG_MAP, MAP),
    404,
    { reason: 'NotFound', message: 'configmaps "m" not found' },
    'not-found',
    'Cannot get configmaps a/m: configmaps "m" not found.',
  ],
  [
    'a kind that is not served',
    callOn('list', STREAM_CAPACITY, {}),
    404,
    '404 page not found\n',
    'not-found',
    'Cannot list streamcapacities.runnel.dev in all namespaces: the API server does not serve this; is the CRD installed?',
  ],
  [
    'a name that is taken',
    CREATE,
    409,
    { reason: 'AlreadyExists', message: 'configmaps "m" already exists' },
    'already-exists',
    'Cannot create configmaps a/m: configmaps "m" already exists.',
  ],
  [
    'an outdated resource version',
    callOn('update', CONFIG_MAP, MAP),
    409,
    {
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "m": the object has been modified; please apply your changes to the latest version and try again',
    },
    'conflict',
    'Cannot update configmaps a/m: Operation cannot be fulfilled on configmaps "m": the object has been modified; please apply your changes to the latest version and try again.',
  ],
  [
    'a field of another manager',
    callOn('patch', CONFIG_MAP, MAP),
    409,
    {
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "kubectl" using v1: .data.x',
    },
    'conflict',
    'Cannot patch configmaps a/m: Apply failed with 1 conflict: conflict with "kubectl" using v1: .data.x.',
  ],
  [
    'a version that is too old',
    callOn('watch', POD, {}),
    410,
    { reason: 'Expired', message: 'too old resource version: 1 (1464)' },
    'expired',
    'Cannot watch pods in all namespaces: too old resource version: 1 (1464).',
  ],
  [
    'a rule of a CRD',
    callOn('create', STREAM_CAPACITY, MAP),
    422,
    {
      reason: 'Invalid',
      message:
        'StreamCapacity.runnel.dev "m" is invalid: spec.scaling.minReplicas: Invalid value: minReplicas may be at most maxReplicas: lower minReplicas or raise maxReplicas',
    },
    'invalid',
    'Cannot create streamcapacities.runnel.dev a/m: StreamCapacity.runnel.dev "m" is invalid: spec.scaling.minReplicas: Invalid value: minReplicas may be at most maxReplicas: lower minReplicas or raise maxReplicas.',
  ],
  [
    'an admission policy',
    CREATE,
    422,
    {
      reason: 'Invalid',
      message:
        "configmaps \"m\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: names may not begin with m",
    },
    'invalid',
    "Cannot create configmaps a/m: configmaps \"m\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: names may not begin with m.",
  ],
  [
    'a field that is not known',
    CREATE,
    400,
    {
      reason: 'BadRequest',
      message:
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "bla"',
    },
    'invalid',
    'Cannot create configmaps a/m: ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "bla".',
  ],
  [
    'too many requests',
    LIST_PODS,
    429,
    'Too many requests, please try again later.\n',
    'too-many-requests',
    'Cannot list pods in namespace a: Too many requests, please try again later. (status 429).',
  ],
  [
    'an admission webhook that is away',
    CREATE,
    500,
    {
      reason: 'InternalError',
      message:
        'Internal error occurred: failed calling webhook "w.example": failed to call webhook: Post "https://127.0.0.1:1/?timeout=1s": dial tcp 127.0.0.1:1: connect: connection refused',
    },
    'unavailable',
    'Cannot create configmaps a/m: Internal error occurred: failed calling webhook "w.example": failed to call webhook: Post "https://127.0.0.1:1/?timeout=1s": dial tcp 127.0.0.1:1: connect: connection refused.',
  ],
  [
    'an aggregated API that is away',
    { verb: 'get', path: '/apis/keda.sh/v1alpha1' },
    503,
    'service unavailable\n',
    'unavailable',
    'Cannot get /apis/keda.sh/v1alpha1: service unavailable (status 503).',
  ],
  [
    'a pod that is asked through the API server, and refuses',
    callOn('get', POD, { namespace: 'a', name: 'p' }, 'proxy'),
    403,
    'RBAC: access denied',
    'unavailable',
    'Cannot get pods/proxy a/p: the pod answers with status 403.',
  ],
  [
    'a redirect of something else',
    LIST_PODS,
    302,
    '<html>Moved</html>',
    'unreadable',
    'Cannot list pods in namespace a: the answer is none of an API server (status 302). Check the address of the API server, and what stands between.',
  ],
]

test.each(ANSWERS)('%s', (_, call, code, said, reason, message) => {
  const document = typeof said === 'string' ? said : { kind: 'Status', code, ...said }
  const error = explainRefusal(call, { code, said: document })
  expect(error).toMatchObject({ reason, status: code, retryAfter: undefined })
  expect(error.message).toBe(message)
})

test.each([
  ['the header', '7', {}, 7_000],
  ['the status', undefined, { retryAfterSeconds: 2 }, 2_000],
  ['the header before the status', '7', { retryAfterSeconds: 2 }, 7_000],
  ['nothing that is a number', 'Thu, 01 Jan 2026 00:00:00 GMT', {}, undefined],
])('a pause is taken from %s', (_, retryAfter, details, expected) => {
  const said = { kind: 'Status', code: 429, reason: 'TooManyRequests', message: 'wait', details }
  const error = explainRefusal(LIST_PODS, { code: 429, said, retryAfter })
  expect(error).toMatchObject({ reason: 'too-many-requests', retryAfter: expected })
})
