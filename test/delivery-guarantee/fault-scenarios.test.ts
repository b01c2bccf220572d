/** Fixed scripts, each named by what the service must do in it. */
import { expect, test } from 'vitest'
import { Simulation, type Step } from './simulation.ts'

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
    'a live stream is told which events were trimmed behind a lost tail',
    [stream, write, write, fail, lose(2), write, write, write, trim(9), heal, doubt],
  ],
  [
    'a poll is told which events were trimmed behind a lost tail',
    [poll(9), write, poll(9), fail, lose(1), write, write, write, trim(9), heal, poll(1), poll(1)],
  ],
  [
    'a stream that is behind two forks gets a gap for each',
    [stream, write, write, fail, lose(1), write, doubt, lose(2), write, doubt, heal, doubt],
  ],
  [
    'a stream that is ahead goes on with the next event',
    [stream, write, lose(1), doubt, write, write],
  ],
  [
    'a late notification of a lost event is not taken for the present line',
    [stream, lose(0), hear('late'), write, write, write, lose(1)],
  ],
  [
    'an event whose notification was lost is read before the next one',
    [stream, write, hear('lost'), write, hear('at-once'), write],
  ],
  [
    'a first connect that a cut-off pod refuses gets the events published while it waits',
    [fail, stream, write, heal, { ...stream, pod: 1 }],
  ],
  [
    'a first connect to an unwritten channel is primed in the present incarnation of the log',
    [
      { do: 'stream', client: 3, pod: 0, from: 'latest' },
      { do: 'flush', channel: 2 },
      { do: 'outdate' },
      { do: 'poll', client: 4, pod: 0, from: 'latest', limit: 1, used: 1 },
    ],
  ],
])('%s', async ([, script]) => {
  expect(await Simulation.run(script)).toEqual([])
})
