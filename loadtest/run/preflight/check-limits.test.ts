import { expect, test } from 'vitest'
import { checkLimits } from './check-limits.ts'

const MANY = { subscribers: 200_000, drivers: 1_000_000 }

test('connections to one address of another machine need a local port each', () => {
  const { problems } = checkLimits({ ...MANY, destinations: ['192.0.2.1'] })
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain('expected a local port for each of 200000 subscribers')
  expect(problems[0]).toContain('net.ipv4.ip_local_port_range')
})

test('each address has ports of its own', () => {
  const destinations = Array.from({ length: 200 }, (_, index) => `192.0.2.${index}`)
  expect(checkLimits({ ...MANY, destinations }).problems).toEqual([])
})

test('a loopback address is loaded from many', () => {
  expect(checkLimits({ ...MANY, destinations: ['127.0.0.1'] }).problems).toEqual([])
})
