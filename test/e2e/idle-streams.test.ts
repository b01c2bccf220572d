import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { publishText } from '../support/clients/requests.ts'
import { PersistentReader } from './readers.ts'
import { Release } from '../../rig/release/release.ts'
import { waitFor } from '../../rig/wait-for.ts'

/** In ms. The default of nginx, and of many load balancers, ends a connection after 60 s of silence. */
const SILENCE = 65_000
/**
 * In ms. ingress-nginx may reload for the Ingresses of this test and of the one before, and each reload ends the
 * streams that are open. A stream that silence ends never gets old enough, however often it is opened.
 */
const LIMIT = 4 * SILENCE

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

  await waitFor(`streams that are open for ${SILENCE / 1000} s`, LIMIT, async () => {
    for (const { release, record } of readers) {
      const age = performance.now() - (record.openedAt ?? Infinity)
      if (!(age >= SILENCE)) throw new Error(`of ${release.name}: opened ${record.opened} times`)
    }
  })

  for (const { release, record } of readers) {
    const { opened } = record
    await publishText(release.insideUrl, 'news', 'at last')
    await eventually(() => {
      expect(record.events.map(({ data }) => data)).toEqual(['at last'])
    })
    expect(record.opened).toBe(opened)
    console.log(`idle stream of ${release.name}: alive after ${SILENCE / 1000} s`)
  }
})
