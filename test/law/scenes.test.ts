/** Scenes that a service may fail in, each by the name of the fault. */
import { expect, test } from 'vitest'
import { Scene, type Step } from './scene.ts'

const stream: Step = { do: 'stream', client: 0, pod: 0, from: 'latest' }
const write: Step = { do: 'append', channel: 0, count: 2 }
const fail: Step = { do: 'answer', pod: 0, how: 'failing' }
const heal: Step = { do: 'answer', pod: 0, how: 'at-once' }
const doubt: Step = { do: 'doubt', pod: 0 }
const lose = (count: number): Step => ({ do: 'failOver', channel: 0, count })
const hear = (how: 'at-once' | 'late' | 'lost'): Step => ({ do: 'notify', pod: 0, how })
const trim = (count: number): Step => ({ do: 'trim', channel: 0, count })
const poll = (limit: number): Step => {
  return { do: 'poll', client: 0, pod: 0, from: 'latest', limit, used: limit }
}

test.for<[string, readonly Step[]]>([
  [
    'what is trimmed behind a lost tail is told to a live stream',
    [stream, write, write, fail, lose(2), write, write, write, trim(9), heal, doubt],
  ],
  [
    'what is trimmed behind a lost tail is told to a poll',
    [poll(9), write, poll(9), fail, lose(1), write, write, write, trim(9), heal, poll(1), poll(1)],
  ],
  [
    'a stream that is behind two forks is told what it lost in both',
    [stream, write, write, fail, lose(1), write, doubt, lose(2), write, doubt, heal, doubt],
  ],
  [
    'a stream that is ahead goes on with the next event',
    [stream, write, lose(1), doubt, write, write],
  ],
  [
    'late news of what was lost is not taken for the line of the log',
    [stream, lose(0), hear('late'), write, write, write, lose(1)],
  ],
  [
    'what was not heard of is read before what comes next',
    [stream, write, hear('lost'), write, hear('at-once'), write],
  ],
  [
    'a identity that a cut-off pod refuses owns what comes while it waits',
    [fail, stream, write, heal, { ...stream, pod: 1 }],
  ],
  [
    'a identity of an unwritten channel is primed in the incarnation that the log has',
    [
      { do: 'stream', client: 3, pod: 0, from: 'latest' },
      { do: 'flush', channel: 2 },
      { do: 'outdate' },
      { do: 'poll', client: 4, pod: 0, from: 'latest', limit: 1, used: 1 },
    ],
  ],
])('%s', async ([, script]) => {
  expect(await Scene.play(script)).toEqual([])
})
