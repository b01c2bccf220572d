/** Faults of the network between the pods and a healthy server: slow, silent, or cut. */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { runWithNetworkFault } from '../run-with-network-fault.ts'

test('all bytes are late and come in small pieces', async () => {
  const verdict = await runWithNetworkFault(
    'way to the server slow and sliced for 5 s',
    async ({ proxy }) => {
      proxy.faults.latency = 50
      proxy.faults.slice = 100
      await setTimeout(5_000)
      proxy.faults.latency = 0
      proxy.faults.slice = Number.POSITIVE_INFINITY
    },
  )
  expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
})

test('no byte passes for ten seconds, and every connection stays', async () => {
  const verdict = await runWithNetworkFault(
    'way to the server silent for 10 s',
    async ({ proxy }) => {
      proxy.faults.isFrozen = true
      await setTimeout(10_000)
      proxy.faults.isFrozen = false
    },
  )
  expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
})

test('all connections are cut, and new ones are refused for a while', async () => {
  const verdict = await runWithNetworkFault('way to the server cut for 5 s', async ({ proxy }) => {
    proxy.faults.isRefusing = true
    proxy.cut()
    await setTimeout(5_000)
    proxy.faults.isRefusing = false
  })
  expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
})
