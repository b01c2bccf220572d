/** Faults of the network between the pods and a healthy server: lost replies, and a wrong server. */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { runWithNetworkFault } from './run-with-network-fault.ts'

test('replies are lost after the server did the work, and no event is duplicated', async () => {
  const verdict = await runWithNetworkFault('40 replies of the server lost', async ({ proxy }) => {
    for (let round = 0; round < 8; round++) {
      proxy.faults.repliesToLose = 5
      await setTimeout(400)
    }
    proxy.faults.repliesToLose = 0
  })
  expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
})

test('notifications come from another server, while commands go to the right one', async () => {
  await using stranger = await RedisServer.start()
  const verdict = await runWithNetworkFault(
    'subscribed to the wrong server for 5 s',
    async ({ server, proxy }) => {
      const right = proxy.faults.target
      proxy.faults.target = { host: '127.0.0.1', port: stranger.port }
      await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await setTimeout(5_000)
      proxy.faults.target = right
    },
  )
  expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
})
