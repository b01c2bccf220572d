/** All faults that lose nothing, in random order, for `FAULTS_SOAK` minutes. */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { Pods } from '../pods.ts'
import { expectNoBreach } from '../report.ts'
import { runWithFault } from '../run-with-fault.ts'

const MINUTES = Number(process.env['FAULTS_SOAK'] ?? 10)

test(
  'faults that lose nothing, one after the other',
  { timeout: (MINUTES + 2) * 60_000 },
  async () => {
    await using server = await RedisServer.start({
      // With `everysec`, a server that is killed while it syncs loses what it has not yet written.
      directives: { appendonly: 'yes', appendfsync: 'always' },
    })
    const flags = [`--redis-url=${server.url}`, '--history-events=100000', '--drain-window=1s']
    await using pods = await Pods.start(3, flags)
    const faults: Readonly<Record<string, () => Promise<unknown>>> = {
      cut: async () => server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
      restart: async () => server.restart(),
      freeze: async () => {
        server.freeze()
        await setTimeout(3_000)
        server.thaw()
      },
      kill: async () => replace('SIGKILL'),
      drain: async () => replace('SIGTERM'),
      stop: async () => {
        const [pod] = pods.all
        pod!.child.kill('SIGSTOP')
        await setTimeout(2_000)
        pod!.child.kill('SIGCONT')
      },
    }
    async function replace(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
      const [pod] = pods.all
      await pods.add()
      pods.remove(pod!)
      pod!.child.kill(signal)
      await pod!.exited
    }
    const seed = Math.floor(Math.random() * 2 ** 31)
    console.log(JSON.stringify({ seed }))
    const random = seeded(seed)
    const fault = async () => {
      const names = Object.keys(faults)
      const endAt = performance.now() + MINUTES * 60_000
      while (performance.now() < endAt) {
        await faults[names[Math.floor(random() * names.length)]!]!()
        await setTimeout(500 + random() * 4_000)
      }
    }
    const verdict = await runWithFault({ url: pods.url, fault })
    await expectNoBreach(`${MINUTES} minutes of faults that lose nothing`, verdict)
    expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
  },
)

/** A generator of random numbers from 0 to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
