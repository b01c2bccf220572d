/** Pods that share a healthy log fail: no subscriber misses an event or gets a gap. */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { Pods } from '../pods.ts'
import { expectNoBreach } from '../report.ts'
import { runWithFault } from '../run-with-fault.ts'

test('a pod freezes for twenty seconds, and its clients wait for it', async () => {
  await using server = await RedisServer.start()
  const flags = [`--redis-url=${server.url}`, '--history-events=10000']
  await using pods = await Pods.start(3, flags)
  const fault = async () => {
    const [pod] = pods.all
    // New connections go to other pods, as they do once the probes of this pod fail.
    pods.remove(pod!)
    pod!.child.kill('SIGSTOP')
    await setTimeout(20_000)
    pod!.child.kill('SIGCONT')
  }
  const verdict = await runWithFault({ url: pods.url, fault })
  await expectNoBreach('pod frozen for 20 s', verdict)
  expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
})
