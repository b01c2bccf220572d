import { expect, test } from 'vitest'
import { PodProcesses } from './pod-processes.ts'

/** A machine whose containers run so many processes, and how often it was looked at. */
function machine() {
  const running = new Map<string, readonly number[]>()
  const looks: (readonly string[])[] = []
  const processes = new PodProcesses(async (containers) => {
    looks.push(containers)
    return new Map([...running].filter(([container]) => containers.includes(container)))
  })
  return { running, looks, processes }
}

test('all processes of a container are found, with one look', async () => {
  const { running, looks, processes } = machine()
  running.set('a', [1, 2]).set('b', [3])

  for (let second = 0; second < 3; second++) {
    expect(await processes.find(['a', 'b'])).toEqual(running)
  }
  expect(looks).toEqual([['a', 'b']])
})

test('a container of another machine is looked for only a few times, and keeps none from being found', async () => {
  const { running, looks, processes } = machine()
  running.set('a', [1])
  for (let second = 0; second < 100; second++) await processes.find(['a', 'elsewhere'])
  expect(looks.length).toBeGreaterThan(1)
  expect(looks.length).toBeLessThan(10)

  running.set('b', [2])
  expect((await processes.find(['a', 'elsewhere', 'b'])).get('b')).toEqual([2])
})

test('a container that was not found is looked up again', async () => {
  const { running, processes } = machine()
  running.set('a', [1])
  expect((await processes.find(['a', 'b'])).get('b')).toBeUndefined()

  running.set('b', [2])

  expect((await processes.find(['a', 'b'])).get('b')).toEqual([2])
})
