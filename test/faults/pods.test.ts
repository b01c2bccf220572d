/** Pods that share a healthy log fail: no subscriber misses an event or gets a gap. */
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { Pods } from './pods.ts'
import { expectNoBreach } from './report.ts'
import { runWithFault } from './run-with-fault.ts'

test('each of three pods is killed in turn', async () => {
  await using server = await RedisServer.start()
  await using pods = await Pods.start(3, [`--redis-url=${server.url}`])
  const fault = async () => {
    for (const pod of pods.all) {
      pod.child.kill('SIGKILL')
      await pod.exited
      pods.remove(pod)
      await pods.add()
      await setTimeout(500)
    }
  }
  const verdict = await runWithFault({ url: pods.url, fault })
  await expectNoBreach('each of 3 pods killed', verdict)
  expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
})

test('a pod freezes for three seconds while events are published', async () => {
  await using server = await RedisServer.start()
  await using pods = await Pods.start(3, [`--redis-url=${server.url}`])
  const fault = async () => {
    const [pod] = pods.all
    pod!.child.kill('SIGSTOP')
    await setTimeout(3_000)
    pod!.child.kill('SIGCONT')
  }
  const verdict = await runWithFault({ url: pods.url, fault })
  await expectNoBreach('pod frozen for 3 s', verdict)
  expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
})

test('three pods are replaced one after the other, under a hundred clients', async () => {
  await using server = await RedisServer.start()
  const flags = [`--redis-url=${server.url}`, '--drain-window=2s', '--history-events=10000']
  await using pods = await Pods.start(3, flags)
  const fault = async () => {
    for (const pod of pods.all) {
      await pods.add()
      // New connections go to other pods first, as Kubernetes removes the endpoint before the pod stops.
      pods.remove(pod)
      pod.child.kill('SIGTERM')
      if (pod.child.exitCode === null) await once(pod.child, 'exit')
      expect(await pod.exited).toBe(0)
    }
  }
  const verdict = await runWithFault({ url: pods.url, perKind: 25, fault })
  await expectNoBreach('rolling restart of 3 pods, 100 clients', verdict)
  expect([verdict.gaps, verdict.lostByLog, verdict.unknown]).toEqual([0, 0, 0])
})
