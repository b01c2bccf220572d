import { describe, expect, test } from 'vitest'
import {
  CLUSTER_RIGHTS,
  NAMESPACE_RIGHTS,
  type NamedObject,
  type Need,
} from '../../src/controller/rights.ts'
import { HELMS } from '../../rig/release/helm.ts'
import type { Rule } from './kube-objects.ts'
import { render, type GivenValues } from './render.ts'

const NAMES: Readonly<Record<NamedObject, string>> = {
  lease: 'events-runnel-controller',
  'admin token': 'events-runnel-admin',
  'metrics authorities': 'events-runnel-metrics-api',
  'APIService v1beta1': 'v1beta1.custom.metrics.k8s.io',
  'APIService v1beta2': 'v1beta2.custom.metrics.k8s.io',
}
const SCALED: GivenValues = { 'redis.url': 'redis://redis' }
const REGISTERED: GivenValues = { 'metricsApi.register': true }

describe.each(HELMS)('$name', (helm) => {
  test.each<[string, GivenValues, readonly Need[]]>([
    ['nothing scales', {}, []],
    ['the fleet is scaled by something else', by('External'), []],
    ['the controller itself scales', by('Direct'), ['Direct']],
    ['KEDA scales', by('KEDA'), ['KEDA']],
    [
      'an autoscaler reads its metrics',
      { ...by('CustomMetrics'), ...REGISTERED },
      ['CustomMetrics', 'metrics API'],
    ],
    ['it finds out what scales', by('Auto'), ['CustomMetrics', 'KEDA', 'Direct']],
    ['pods may be asked through the API server', { 'controller.podProxy': true }, ['pod proxy']],
  ])('it has exactly the rights that it uses where %s', async (_, values, needs) => {
    const chart = await render(helm, values, { release: 'events' })

    const rights = NAMESPACE_RIGHTS.filter(({ when }) => when === undefined || needs.includes(when))
    expect(triplesOf(chart.one('Role').rules)).toEqual(
      rights
        .flatMap(({ group, resource, verbs, objects = [undefined] }) =>
          objects.flatMap((object) =>
            verbs.map((verb) => triple(group, resource, object && NAMES[object], verb)),
          ),
        )
        .toSorted(),
    )
  })

  test('it may do nothing outside its namespace, unless it is the metrics API', async () => {
    const chart = await render(helm, by('Auto'))

    for (const kind of ['ClusterRole', 'ClusterRoleBinding', 'APIService'] as const) {
      expect(chart.all(kind)).toEqual([])
    }
    for (const { metadata } of chart.objects) expect(metadata.namespace).toBe('runnel')
  })

  test('as the metrics API it may write its two APIServices, and read how the API server proves itself', async () => {
    const chart = await render(helm, REGISTERED, { release: 'events', namespace: 'streams' })

    const [right] = CLUSTER_RIGHTS
    expect(CLUSTER_RIGHTS).toHaveLength(1)
    expect(chart.one('ClusterRole').rules).toEqual([
      {
        apiGroups: [right?.group],
        resources: [right?.resource],
        resourceNames: chart.all('APIService').map(({ metadata }) => metadata.name),
        verbs: right?.verbs,
      },
    ])
    const { metadata, roleRef } = chart.all('RoleBinding')[1]!
    expect(metadata.namespace).toBe('kube-system')
    expect(roleRef).toMatchObject({
      kind: 'Role',
      name: 'extension-apiserver-authentication-reader',
    })
  })

  test('its account alone is bound to its roles', async () => {
    const chart = await render(helm, REGISTERED, { release: 'events', namespace: 'streams' })

    const name = chart.controller.spec.template.spec.serviceAccountName
    const bindings = [...chart.all('RoleBinding'), ...chart.all('ClusterRoleBinding')]
    expect(bindings).toHaveLength(3)
    for (const { subjects } of bindings) {
      expect(subjects).toEqual([{ kind: 'ServiceAccount', name, namespace: 'streams' }])
    }
  })

  test('releases of one name in two namespaces have objects of their own in the cluster', async () => {
    const names = await Promise.all(
      ['one', 'two'].map(async (namespace) => {
        const chart = await render(helm, REGISTERED, { namespace })
        return [chart.one('ClusterRole').metadata.name, chart.all('RoleBinding')[1]?.metadata.name]
      }),
    )

    expect(new Set(names.flat()).size).toBe(2)
  })
})

test('no right holds for all verbs, all resources or all secrets', () => {
  const rights = [...NAMESPACE_RIGHTS, ...CLUSTER_RIGHTS]
  for (const { group, resource, verbs } of rights) {
    expect([group, resource, ...verbs]).not.toContain('*')
  }
  for (const { objects } of rights.filter(({ resource }) => resource === 'secrets')) {
    expect(objects).toHaveLength(1)
  }
})

function by(provider: string): GivenValues {
  return { ...SCALED, 'streamCapacity.scaling.provider': provider }
}

function triplesOf(rules: readonly Rule[]): string[] {
  return rules
    .flatMap(({ apiGroups, resources, resourceNames = [undefined], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          resourceNames.flatMap((name) => verbs.map((verb) => triple(group, resource, name, verb))),
        ),
      ),
    )
    .toSorted()
}

function triple(group: string, resource: string, name: string | undefined, verb: string): string {
  return `${verb} ${resource}.${group} ${name ?? '*'}`
}
