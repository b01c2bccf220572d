import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { accept, newChannel, newEvents, readAll, Recorder, type OpenLog } from './helpers.suite.ts'

export function testStatus(open: OpenLog): void {
  test('promise 13: a log that answers reaches every channel, written, followed or neither', async () => {
    await using under = await open()
    const [written, followed] = [newChannel(), newChannel()]
    await accept(under.log, written, newEvents('a'))
    await under.log.follow(followed, new Recorder())
    for (const log of [under.log, under.peer]) {
      const channels = [written, followed, newChannel()]
      expect(channels.map((channel) => log.reaches(channel))).toEqual([true, true, true])
      expect(log.status()).toMatchObject({ ready: true, reachable: true, state: 'ok' })
      expect(log.status().troubles).toEqual([])
      expect(log.status().details).toHaveProperty('kind')
    }
  })

  test('promise 13: a log that is away says so within seconds, and that it is back', async (ctx) => {
    await using under = await open()
    const { server } = under
    if (server === undefined) return ctx.skip('no part of this log can be away by itself')
    const channel = newChannel()
    await accept(under.log, channel, newEvents('a'))
    server.freeze()
    await eventually(() => {
      expect(under.log.status()).toMatchObject({ ready: true, reachable: false, state: 'away' })
    })
    expect([under.log.reaches(channel), under.log.isLive(channel)]).toEqual([false, false])
    const [trouble] = under.log.status().troubles
    expect(trouble).toMatchObject({ scope: 'log', state: 'away', code: expect.any(String) })
    server.thaw()
    await eventually(() => {
      expect(under.log.status()).toMatchObject({ reachable: true, state: 'ok', troubles: [] })
    })
    expect(under.log.reaches(channel)).toBe(true)
    expect((await readAll(under.log, channel)).events).toHaveLength(1)
  })

  test('promise 13: a closed log is away, and others that share it are not', async () => {
    await using under = await open()
    const channel = newChannel()
    await under.log.close()
    expect(under.log.status()).toMatchObject({ reachable: false, state: 'away' })
    expect(under.log.reaches(channel)).toBe(false)
    if (under.peer === under.log) return
    expect(under.peer.status()).toMatchObject({ reachable: true, state: 'ok' })
    expect(under.peer.reaches(channel)).toBe(true)
  })
}
