/** A tail whose history forks. */
import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { dataAfter, openTail, positionAt, resumeAt } from '../../test/support/open-tail.ts'
import { ScriptedLog } from '../../test/support/scripted-log.ts'

test('a new epoch that lost nothing is no fork', async () => {
  const log = new ScriptedLog()
  const [position] = log.history.publish('a', '1')
  const tail = await openTail(log)
  log.history.failOver(0)
  log.history.publish('a', '2')
  await passTurns()
  expect(tail.generation).toBe(0)
  expect(dataAfter(tail, 1)).toEqual(['2'])
  expect(resumeAt(tail, position)).toEqual({ after: 1, gaps: [] })
})

test('a position in a history that forked away keeps its epoch', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const [second] = log.history.publish('a', '2')
  const tail = await openTail(log)
  log.history.failOver(1)
  log.history.publish('a', 'other')
  await passTurns()
  expect(tail.generation).toBe(1)
  expect(positionAt(tail, 2, 0)).toBe(second)
  expect(positionAt(tail, 2)).toBe(log.history.top('a'))
})

test('a position from before all remembered forks is a gap, never taken for another', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  log.history.publish('a', '2')
  const tail = await openTail(log)
  const tops: number[] = []
  for (let fork = 1; fork <= 20; fork++) {
    tops.push(tail.top)
    log.history.failOver(1)
    log.history.publish('a', `fork ${fork}`)
    log.history.publish('a', `fork ${fork}, lost by the next`)
    await passTurns()
    expect(tail.generation).toBe(fork)
  }
  const reasons = tops.map((top, generation) => {
    return resumeAt(tail, positionAt(tail, top, generation)).gaps[0]?.reason
  })
  expect(reasons.slice(0, 4)).toEqual(Array(4).fill('epoch-lost'))
  expect(reasons.slice(4)).toEqual(Array(16).fill('diverged'))
})
