import { isIPv4 } from 'node:net'
import { canonicalAddress } from './ip-address.ts'

/** Whether only this machine can reach the host. Names other than localhost may point anywhere. */
export function isLoopback(host: string): boolean {
  const address = canonicalAddress(host)
  if (address === undefined) return host.toLowerCase() === 'localhost'
  return isIPv4(address) ? address.startsWith('127.') : address === '::1'
}
