import { describe, expect, it } from 'vitest'
import type { ServerSample } from '../../target/target.ts'
import { fakeSecond } from '../fake-result.ts'
import { serverPlots } from './server-plots.ts'

const SILENT: Omit<ServerSample, 'name'> = {
  streams: undefined,
  cpu: undefined,
  rss: undefined,
  heap: undefined,
  gc: undefined,
  loopDelay: undefined,
  descriptors: undefined,
}

function linesOf(title: string, seconds: readonly (readonly Partial<ServerSample>[])[]) {
  const samples = seconds.map((servers, second) =>
    fakeSecond({
      second: second * 2,
      fleet: {
        servers: servers.map((server) => ({ ...SILENT, name: 'a', ...server })),
        replicas: undefined,
      },
    }),
  )
  return serverPlots(samples).find((plot) => plot.title === title)?.lines
}

describe('a plot of servers', () => {
  it('shows sums of seconds as what each interval took', () => {
    expect(linesOf('CPU of each server', [[{ cpu: 1 }], [{ cpu: 2 }], [{ cpu: 2.5 }]])).toEqual([
      { label: 'a', values: [null, 50, 25] },
    ])
  })

  it('has no value for an interval in which a server started anew', () => {
    expect(linesOf('CPU of each server', [[{ cpu: 9 }], [{ cpu: 1 }], [{ cpu: 2 }]])).toEqual([
      { label: 'a', values: [null, null, 50] },
    ])
  })

  it('has a line for each server that was ever seen, by what tells them apart', () => {
    const lines = linesOf('RSS of each server', [
      [{ name: 'runnel-1-x', rss: 2 ** 20 }],
      [
        { name: 'runnel-1-x', rss: 2 ** 21 },
        { name: 'runnel-2-x', rss: 2 ** 22 },
      ],
    ])
    expect(lines).toEqual([
      { label: '1-x', values: [1, 2] },
      { label: '2-x', values: [null, 4] },
    ])
  })
})
