import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { publishText } from '../support/clients/requests.ts'
import { PersistentReader } from './readers.ts'
import { Release } from '../../rig/release/release.ts'

/** In ms. The default of nginx, and of many load balancers, ends a connection after 60 s of silence. */
const SILENCE = 65_000

test('streams without events for over 60 s live, with heartbeats and in silence', async () => {
  await using withHeartbeats = await Release.install('heartbeats')
  // Without heartbeats, only the Ingress can allow the silence.
  await using silent = await Release.install('silence', {
    values: { 'streamCapacity.connections.heartbeat': '10m' },
  })
  using group = new DisposableStack()
  const readers = [withHeartbeats, silent].map((release) => {
    const reader = group.use(new PersistentReader(`${release.url}/stream/news`))
    return { release, record: reader.record }
  })
  await eventually(() => {
    for (const { record } of readers) expect(record.opened).toBe(1)
  })

  await setTimeout(SILENCE)

  for (const { release, record } of readers) {
    await publishText(release.insideUrl, 'news', 'at last')
    await eventually(() => {
      expect(record.events.map(({ data }) => data)).toEqual(['at last'])
    })
    expect(record.opened).toBe(1)
    console.log(`idle stream of ${release.name}: alive after ${SILENCE / 1000} s`)
  }
})
