import { expect, test } from 'vitest'
import { variableOf } from './names.ts'
import { SERVE_TABLE } from './serve/serve-table.ts'
import { TABLES } from './command-tables.ts'
import { isInjectedName, warnOfUnknownVariables } from './unknown-variables.ts'

const { settings } = SERVE_TABLE

test.for([
  ['RUNNEL_MAX_STREAM', 'did you mean RUNNEL_MAX_STREAMS?'],
  ['RUNNEL_DRAINWINDOW', 'did you mean RUNNEL_DRAIN_WINDOW?'],
  ['RUNNEL_max_streams', 'did you mean RUNNEL_MAX_STREAMS?'],
  ['RUNNEL_SOMETHING_ELSE_ENTIRELY', 'see `runnel explain`'],
] as const)('%s makes a warning: %s', ([variable, hint]) => {
  expect(warnOfUnknownVariables({ [variable]: 'x' }, settings)).toEqual([
    `${variable} is not a setting: ${hint}`,
  ])
})

test('settings, empty variables, foreign ones and those of Kubernetes give no warning', () => {
  const env = {
    RUNNEL_MAX_STREAMS: '5',
    RUNNEL_MAX_STREAM: '',
    RUNNEL_GONE: undefined,
    PATH: '/bin',
    NOT_RUNNEL_X: 'x',
    RUNNEL_PORT: 'tcp://10.0.0.1:80',
    RUNNEL_PORT_80_TCP_ADDR: '10.0.0.1',
    RUNNEL_MAX_STREAM_SERVICE_HOST: '10.0.0.2',
  }

  expect(warnOfUnknownVariables(env, settings)).toEqual([])
})

// The variables of the kubelet for the Services `runnel` and `runnel-admin`, the second with a named port.
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

test.for(Object.entries(TABLES))(
  'no setting of %s has a name that a Service could set',
  ([, table]) => {
    expect(table.settings.filter(({ name }) => isInjectedName(variableOf(name)))).toEqual([])
  },
)
