import { expect, test } from 'vitest'
import { Release } from '../../rig/release/release.ts'

/** The state of a socket that listens, in /proc/net/tcp6. */
const LISTENING = '0A'
const WILDCARD = '0'.repeat(32)
const READ_SOCKETS = `
  const { existsSync, readFileSync } = require('node:fs')
  existsSync('/proc/net/tcp6') ? readFileSync('/proc/net/tcp6', 'utf8') : ''
`

test('the pods listen on all addresses of both families', async ({ skip }) => {
  await using release = await Release.install('families', {
    values: { 'metricsApi.register': true },
  })

  const server = await openPorts(release, release.deployment)
  if (server === undefined) skip('the nodes have no IPv6')
  expect(server).toEqual([8080, 9090])
  expect(await openPorts(release, release.controller)).toEqual([9090, 10_250])
})

/** The ports of a pod's listeners on `::`, which take connections of IPv4 too; undefined without IPv6. */
async function openPorts(release: Release, deployment: string): Promise<number[] | undefined> {
  const text = await release.kubectl('exec', deployment, '--', 'node', '--print', READ_SOCKETS)
  if (text === '') return undefined
  const sockets = text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
  return sockets
    .filter(([, local = '', , state]) => local.startsWith(WILDCARD) && state === LISTENING)
    .map(([, local = '']) => Number.parseInt(local.slice(WILDCARD.length + 1), 16))
    .toSorted((one, other) => one - other)
}
