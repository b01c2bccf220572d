import { expect, test } from 'vitest'
import { publishText } from '../../support/clients/requests.ts'
import { eventually } from '../../support/eventually.ts'
import { FaultProxy } from '../../support/proxies/fault-proxy.ts'
import { startTestService } from '../../support/service.ts'
import type { InteropClient } from '../interop-client.ts'
import { Reading, TICK } from './reading.ts'

/** Milliseconds. */
const HEARTBEAT = 250
const SHORT_SILENCE = 3000

/** What a reader must do that can tell a silent connection from a quiet one. */
export function testSilence(readers: readonly InteropClient[]): void {
  const cases = readers.map((reader) => ({ reader, name: reader.name }))

  test.concurrent.for(cases)('$name leaves a connection without heartbeats', async ({ reader }) => {
    await using service = await startTestService({ heartbeat: `${HEARTBEAT}ms`, retry: '100ms' })
    await using proxy = await FaultProxy.start(service.url)
    await using reading = new Reading(reader, `${proxy.url}/stream/a`, SHORT_SILENCE)
    await reading.untilOwn('runnel.open')
    const { pieces } = proxy
    await eventually(() => expect(proxy.pieces - pieces).toBeGreaterThan(SHORT_SILENCE / HEARTBEAT))
    expect(reading.own('runnel.open')).toHaveLength(1)

    const { connections } = proxy
    proxy.faults.isFrozen = true
    const meanwhile = { event: TICK, data: 'meanwhile' }
    await publishText(service.url, 'a', meanwhile.data, { event: TICK })
    await eventually(() => expect(proxy.connections).toBeGreaterThan(connections))
    proxy.faults.isFrozen = false

    await eventually(() => expect(reading.published).toEqual([meanwhile]))
    expect(reading.own('runnel.gap')).toEqual([])
  })
}
