import { once } from 'node:events'
import { expect, test } from 'vitest'
import { spawnChild } from '../support/child-process.ts'
import { startProfile, summarizeProfile } from '../../bench/processes/cpu-profile.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import { eventually } from '../support/eventually.ts'

/** Once told to, it works for a while in each turn of its event loop, and says so. */
const PROGRAM = `
  function work() { for (let n = 0; n < 3e6; n++) Math.sqrt(n); console.log('worked'); setImmediate(work) }
  process.stdin.once('data', work)
  console.log('ready')`

test('a profile of a program tells where it spends its time', async () => {
  const port = await freePort()
  const args = [`--inspect-port=127.0.0.1:${port}`, '-e', PROGRAM]
  const running = spawnChild(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = once(running, 'exit')
  let turns = 0
  running.stdout.on('data', () => turns++)
  try {
    // Before its first turn, a program knows no signals.
    await once(running.stdout, 'data')
    const profiling = await startProfile(running.pid!, port)
    running.stdin.write('go on')
    await eventually(() => {
      expect(turns).toBeGreaterThan(20)
    })
    expect(summarizeProfile(await profiling.end(), 1)).toMatch(/ %  work /)
  } finally {
    running.kill('SIGKILL')
    await ended
  }
})

function node(id: number, functionName: string, url = '', lineNumber = 0) {
  return { id, callFrame: { functionName, url, lineNumber } }
}

test('a summary has the functions with most time of their own first, and no idle time', () => {
  const profile = {
    nodes: [
      node(1, '(idle)'),
      node(2, 'one', 'file:///app/dist/hub/hub.js', 9),
      node(3, ''),
      // The same function, called by another one.
      node(4, 'one', 'file:///app/dist/hub/hub.js', 9),
    ],
    samples: [1, 2, 3, 4],
    timeDeltas: [1_000, 10, 25, 65],
  }
  expect(summarizeProfile(profile, 2)).toBe(
    ' 75.0 %  one  dist/hub/hub.js:10\n 25.0 %  (anonymous)\n',
  )
})
