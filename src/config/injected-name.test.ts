import { expect, test } from 'vitest'
import { isInjectedName } from './injected-name.ts'
import { variableOf } from './names.ts'
import { SETTING_NAMES } from './settings.ts'

// What the kubelet sets for the Services `runnel` and `runnel-admin`, the second with a named port.
test.for([
  'RUNNEL_SERVICE_HOST',
  'RUNNEL_SERVICE_PORT',
  'RUNNEL_SERVICE_PORT_HTTP',
  'RUNNEL_PORT',
  'RUNNEL_PORT_80_TCP',
  'RUNNEL_PORT_80_TCP_PROTO',
  'RUNNEL_PORT_80_TCP_PORT',
  'RUNNEL_PORT_80_TCP_ADDR',
  'RUNNEL_ADMIN_SERVICE_HOST',
  'RUNNEL_ADMIN_SERVICE_PORT_HTTP_METRICS',
  'RUNNEL_ADMIN_PORT',
  'RUNNEL_ADMIN_PORT_53_UDP',
  'RUNNEL_ADMIN_PORT_9_SCTP_ADDR',
])('%s has a shape that Kubernetes injects', (variable) => {
  expect(isInjectedName(variable)).toBe(true)
})

test.for(['RUNNEL_LISTEN', 'RUNNEL_PORTS', 'RUNNEL_PORT_80', 'RUNNEL_SUPPORT', 'RUNNEL_TCP'])(
  '%s has none',
  (variable) => {
    expect(isInjectedName(variable)).toBe(false)
  },
)

test('no setting has a name that a Service could set', () => {
  expect(SETTING_NAMES.filter((name) => isInjectedName(variableOf(name)))).toEqual([])
})
