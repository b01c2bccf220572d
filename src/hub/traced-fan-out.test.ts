import { expect, test } from 'vitest'
import { openTail } from '../../test/support/open-tail.ts'
import { RecordingTracing, traceContext } from '../../test/support/recording-tracing.ts'
import { ScriptedLog } from '../../test/support/scripted-log.ts'
import { TracedFanOut } from './traced-fan-out.ts'

test('a fan-out ends with its last group, and the others forget it if it ends before', async () => {
  const tail = await openTail(new ScriptedLog())
  const trace = new RecordingTracing().arrived({
    channel: 'a',
    position: 'ep000001-1',
    count: 1,
    trace: traceContext(1),
    acceptedAt: 0,
    source: 'notification',
    at: 0,
    streams: 3,
    live: 3,
  })
  const ended: TracedFanOut[] = []
  const forgotten: string[] = []
  const fanOut = new TracedFanOut({ tail, last: 1, startedAt: 0 }, trace, (each) => {
    ended.push(each)
  })
  const groups = ['one', 'two', 'three'].map((name) => ({ forget: () => forgotten.push(name) }))
  for (const group of groups) fanOut.add(group)
  fanOut.finish(groups[0]!)
  expect(ended).toEqual([])
  fanOut.end()
  expect([ended, forgotten, trace.ends.length]).toEqual([[fanOut], ['two', 'three'], 1])
  for (const group of groups) fanOut.finish(group)
  expect([ended.length, trace.ends.length]).toEqual([1, 1])
})
