import { expect, test } from 'vitest'
import { SourceAddresses } from './source-addresses.ts'

/** The addresses of 500 connections. */
function taken(driver: number): ReadonlySet<string | undefined> {
  const addresses = new SourceAddresses(driver)
  return new Set(Array.from({ length: 500 }, () => addresses.take('127.0.0.1')))
}

test('connections to a loopback target come from addresses by turns, other for each driver', () => {
  expect(taken(0).size).toBe(250)
  expect(new Set([...taken(0), ...taken(1)]).size).toBe(500)
  for (const address of taken(7)) expect(address).toMatch(/^127\.8\.0\.\d+$/)
})

test('elsewhere the system chooses', () => {
  const addresses = new SourceAddresses(0)
  expect(addresses.take('192.0.2.1')).toBeUndefined()
  expect(addresses.take('::1')).toBeUndefined()
  addresses.release(undefined)
})

test('an address has 20,000 connections at most, and takes others once some are released', () => {
  const addresses = new SourceAddresses(0)
  for (let count = 1; count < 5_000_000; count++) addresses.take('127.0.0.1')
  const last = addresses.take('127.0.0.1')
  expect(() => addresses.take('127.0.0.1')).toThrow('use more drivers')
  addresses.release(last)
  expect(addresses.take('127.0.0.1')).toBe(last)
  expect(() => addresses.take('127.0.0.1')).toThrow('use more drivers')
})
