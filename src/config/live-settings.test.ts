import { assert, expect, test } from 'vitest'
import { liveSettings } from './live-settings.ts'
import { resolveConfig } from './resolve-config.ts'

const DEFAULTS = {
  maxStreams: 10_000,
  maxAge: 3_600_000,
  heartbeat: 15_000,
  retry: 3000,
  perPrincipal: 50,
  historyEvents: 1000,
  historyAge: 3_600_000,
  drainWindow: 20_000,
}

test('without a file the settings are those of the process', () => {
  expect(liveSettings(configOf({}))).toEqual(DEFAULTS)
  expect(liveSettings(configOf({ RUNNEL_RETRY: '5s' }))).toEqual({ ...DEFAULTS, retry: 5000 })
})

test('the file beats them one by one', () => {
  const config = configOf({ RUNNEL_MAX_STREAMS: '5', RUNNEL_RETRY: '5s' })

  expect(liveSettings(config, { maxStreams: 7, heartbeat: undefined })).toEqual({
    ...DEFAULTS,
    maxStreams: 7,
    retry: 5000,
  })
})

test('zero in the file is a value', () => {
  expect(liveSettings(configOf({}), { retry: 0, drainWindow: 0 })).toMatchObject({
    retry: 0,
    drainWindow: 0,
  })
})

test('the file can set everything', () => {
  const file = {
    maxStreams: 1,
    maxAge: 2,
    heartbeat: 3,
    retry: 4,
    perPrincipal: 5,
    historyEvents: 6,
    historyAge: 7,
    drainWindow: 8,
  }

  expect(liveSettings(configOf({}), file)).toEqual(file)
})

function configOf(env: Record<string, string>) {
  const resolution = resolveConfig({ env })
  assert(resolution.kind === 'resolved')
  return resolution.config
}
