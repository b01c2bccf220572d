import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MetricsApi } from '../../../test/support/metrics-api.ts'
import type { TimedCount } from './metric.ts'

const TAKEN_AT = Date.UTC(2026, 10, 26, 12, 30, 15, 987)

const COUNTS: Readonly<Record<string, TimedCount>> = {
  'streams/runnel': { isKnown: true, subscribers: 2310, takenAt: TAKEN_AT },
  'streams/idle': { isKnown: true, subscribers: 0, takenAt: TAKEN_AT },
  'streams/silent': {
    isKnown: false,
    problem: '2 of 3 running pods do not answer',
    takenAt: TAKEN_AT,
  },
}

const V1BETA2 = '/apis/custom.metrics.k8s.io/v1beta2'
const V1BETA1 = '/apis/custom.metrics.k8s.io/v1beta1'
const OBJECTS = 'namespaces/streams/streamcapacities.runnel.dev'

let api: MetricsApi
let isSynced = true

beforeAll(async () => {
  api = await MetricsApi.start({
    subscribers: (namespace, name) => COUNTS[`${namespace}/${name}`],
    isSynced: () => isSynced,
  })
})
afterAll(async () => {
  await api[Symbol.asyncDispose]()
})

function status(code: number, reason: string, message: unknown = expect.any(String)) {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    code,
    reason,
    message,
  }
}

describe('discovery', () => {
  test('the group names its versions, the preferred one first', async () => {
    expect(await api.get('/apis/custom.metrics.k8s.io')).toMatchObject({
      status: 200,
      body: {
        kind: 'APIGroup',
        apiVersion: 'v1',
        name: 'custom.metrics.k8s.io',
        versions: [
          { groupVersion: 'custom.metrics.k8s.io/v1beta2', version: 'v1beta2' },
          { groupVersion: 'custom.metrics.k8s.io/v1beta1', version: 'v1beta1' },
        ],
        preferredVersion: { groupVersion: 'custom.metrics.k8s.io/v1beta2', version: 'v1beta2' },
      },
    })
  })

  test.each(['v1beta2', 'v1beta1'])('%s lists its one metric', async (version) => {
    const answer = await api.get(`/apis/custom.metrics.k8s.io/${version}`)
    expect(answer.status).toBe(200)
    expect(answer.body).toStrictEqual({
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: `custom.metrics.k8s.io/${version}`,
      resources: [
        {
          name: 'streamcapacities.runnel.dev/subscribers',
          singularName: '',
          namespaced: true,
          kind: 'MetricValueList',
          verbs: ['get'],
        },
      ],
    })
  })

  test.each(['/apis', '/api', '/openapi/v2', '/openapi/v3', '/apis/custom.metrics.k8s.io/v1'])(
    '%s is not there, so that the aggregator falls back',
    async (path) => {
      const Accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
      const answer = await api.get(path, {
        headers: { 'X-Remote-User': 'system:kube-aggregator', Accept },
      })
      expect(answer).toMatchObject({ status: 404, body: status(404, 'NotFound') })
    },
  )
})

describe('reads', () => {
  test('v1beta2 answers the count with the second in which it was taken', async () => {
    const answer = await api.get(`${V1BETA2}/${OBJECTS}/runnel/subscribers?metricLabelSelector=`)
    expect(answer.status).toBe(200)
    expect(answer.body).toStrictEqual({
      kind: 'MetricValueList',
      apiVersion: 'custom.metrics.k8s.io/v1beta2',
      metadata: {},
      items: [
        {
          describedObject: {
            kind: 'StreamCapacity',
            namespace: 'streams',
            name: 'runnel',
            apiVersion: 'runnel.dev/v1alpha1',
          },
          metric: { name: 'subscribers' },
          timestamp: '2026-11-26T12:30:15Z',
          value: '2310',
        },
      ],
    })
  })

  test('v1beta1 names the metric in a field of its own', async () => {
    const answer = await api.get(`${V1BETA1}/${OBJECTS}/runnel/subscribers`)
    expect(answer.status).toBe(200)
    expect(answer.body).toStrictEqual({
      kind: 'MetricValueList',
      apiVersion: 'custom.metrics.k8s.io/v1beta1',
      metadata: {},
      items: [
        {
          describedObject: {
            kind: 'StreamCapacity',
            namespace: 'streams',
            name: 'runnel',
            apiVersion: 'runnel.dev/v1alpha1',
          },
          metricName: 'subscribers',
          timestamp: '2026-11-26T12:30:15Z',
          value: '2310',
        },
      ],
    })
  })

  test('a count of zero is a number', async () => {
    const { body } = await api.get(`${V1BETA2}/${OBJECTS}/idle/subscribers`)
    expect(body).toMatchObject({ items: [{ value: '0' }] })
  })

  test('the answer is JSON where Protobuf is preferred', async () => {
    const headers = { 'X-Remote-User': 'hpa', Accept: 'application/vnd.kubernetes.protobuf,*/*' }
    const answer = await api.get(`${V1BETA2}/${OBJECTS}/runnel/subscribers`, { headers })
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
  })

  test('an unknown count is an error and no number', async () => {
    expect(await api.get(`${V1BETA2}/${OBJECTS}/silent/subscribers`)).toMatchObject({
      status: 503,
      body: status(503, 'ServiceUnavailable', '2 of 3 running pods do not answer'),
    })
  })

  test.each([
    `${V1BETA2}/${OBJECTS}/absent/subscribers`,
    `${V1BETA2}/${OBJECTS}/*/subscribers`,
    `${V1BETA2}/${OBJECTS}/runnel/publishers`,
    `${V1BETA2}/${OBJECTS}/runnel/subscribers?metricLabelSelector=channel%3Dorders`,
    `${V1BETA2}/namespaces/elsewhere/streamcapacities.runnel.dev/runnel/subscribers`,
    `${V1BETA2}/namespaces/streams/pods/*/subscribers`,
    `${V1BETA2}/namespaces/streams/metrics/subscribers`,
    `${V1BETA2}/streamcapacities.runnel.dev/runnel/subscribers`,
    `${V1BETA2}/${OBJECTS}/%E0%A4%A/subscribers`,
  ])('%s is not found', async (path) => {
    expect(await api.get(path)).toMatchObject({ status: 404, body: status(404, 'NotFound') })
  })

  test.each(['runnel', 'absent'])('%s is unavailable until all objects are known', async (name) => {
    isSynced = false
    try {
      const answer = await api.get(`${V1BETA2}/${OBJECTS}/${name}/subscribers`)
      expect(answer).toMatchObject({ status: 503, body: status(503, 'ServiceUnavailable') })
      // The whole group would be unavailable otherwise.
      expect(await api.get(V1BETA2)).toMatchObject({ status: 200 })
    } finally {
      isSynced = true
    }
  })
})

describe('what is no read', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is not allowed', async (method) => {
    const answer = await api.get(`${V1BETA2}/${OBJECTS}/runnel/subscribers`, { method })
    expect(answer).toMatchObject({ status: 405, body: status(405, 'MethodNotAllowed') })
    expect(answer.headers).toMatchObject({ allow: 'GET, HEAD', connection: 'close' })
  })

  test('a body is refused before it is sent', async () => {
    const headers = { 'X-Remote-User': 'hpa', 'Content-Length': 1_000_000, Expect: '100-continue' }
    const answer = await api.get(V1BETA2, { headers })
    expect(answer).toMatchObject({ status: 400, body: status(400, 'BadRequest') })
    expect(answer.headers).toMatchObject({ connection: 'close' })
    expect(answer.isAskedForBody).toBe(false)
  })
})

describe('health', () => {
  test.each(['/healthz', '/livez', '/readyz'])('%s needs no certificate', async (path) => {
    const anonymous = { cert: undefined, key: undefined, headers: {} }
    expect(await api.get(path, anonymous)).toMatchObject({ status: 200, body: 'ok' })
  })

  test('a server that has not read all objects is alive and not ready', async () => {
    isSynced = false
    try {
      expect(await api.get('/readyz')).toMatchObject({ status: 503 })
      expect(await api.get('/livez')).toMatchObject({ status: 200 })
    } finally {
      isSynced = true
    }
  })
})
