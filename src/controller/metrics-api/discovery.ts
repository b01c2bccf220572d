/** What a group of the Kubernetes API tells of itself. */
import { METRIC, METRICS_GROUP, METRICS_VERSIONS, RESOURCE, type MetricsVersion } from './metric.ts'

export function apiGroup() {
  const versions = METRICS_VERSIONS.map((version) => ({
    groupVersion: `${METRICS_GROUP}/${version}`,
    version,
  }))
  return {
    kind: 'APIGroup',
    apiVersion: 'v1',
    name: METRICS_GROUP,
    versions,
    preferredVersion: versions[0],
  }
}

export function apiResourceList(version: MetricsVersion) {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: `${METRICS_GROUP}/${version}`,
    resources: [
      {
        name: `${RESOURCE}/${METRIC}`,
        singularName: '',
        namespaced: true,
        kind: 'MetricValueList',
        verbs: ['get'],
      },
    ],
  }
}
