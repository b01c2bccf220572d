import { expect, test } from 'vitest'
import { warnOfUnknownVariables } from './unknown-variables.ts'

test.for([
  ['RUNNEL_MAX_STREAM', 'did you mean RUNNEL_MAX_STREAMS?'],
  ['RUNNEL_DRAINWINDOW', 'did you mean RUNNEL_DRAIN_WINDOW?'],
  ['RUNNEL_max_streams', 'did you mean RUNNEL_MAX_STREAMS?'],
  ['RUNNEL_SOMETHING_ELSE_ENTIRELY', 'see `runnel explain`'],
] as const)('%s makes a warning: %s', ([variable, hint]) => {
  expect(warnOfUnknownVariables({ [variable]: 'x' })).toEqual([
    `${variable} is not a setting: ${hint}`,
  ])
})

test('settings, empty variables, foreign ones and those of Kubernetes make none', () => {
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

  expect(warnOfUnknownVariables(env)).toEqual([])
})
