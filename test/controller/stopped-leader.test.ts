import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { spawnChild } from '../support/child-process.ts'
import { eventually } from '../support/eventually.ts'
import { stateOf } from '../support/process-state.ts'

const PROCESS = fileURLToPath(new URL('../support/stopped-leader-process.ts', import.meta.url))

test('a leader that the system stopped knows at once, when it continues, that it leads no more', async () => {
  const leader = spawnChild(process.execPath, [PROCESS], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(leader, 'exit')
  const [first] = await once(leader.stdout, 'data')
  const rest = text(leader.stdout)

  leader.kill('SIGSTOP')
  await eventually(async () => expect(await stateOf(leader.pid!)).toBe('T'))
  // Longer than the deadline of the process, which judges that itself.
  await setTimeout(1_200)
  leader.kill('SIGCONT')
  await exit

  expect(String(first)).toBe('leads: true\n')
  expect(await rest).toBe('leads after the stop: false\n')
})
