import type { Lease } from '../objects/lease.ts'
import { formatMicroTime } from '../objects/micro-time.ts'

export type LeaseSpec = NonNullable<Lease['spec']>

/**
 * What a holder writes when it takes or renews a lease. `now` is for people: nobody judges by it. Each renewal
 * differs from the one before it, whatever the wall clock does, since others see only what changes.
 */
export function heldSpec(
  before: LeaseSpec | undefined,
  { holder, duration, now }: { holder: string; duration: number; now: number },
): LeaseSpec {
  const isRenewal = before?.holderIdentity === holder
  const time = formatMicroTime(now)
  return {
    holderIdentity: holder,
    leaseDurationSeconds: Math.ceil(duration / 1_000),
    acquireTime: isRenewal ? (before.acquireTime ?? time) : time,
    renewTime: time === before?.renewTime ? formatMicroTime(now + 1) : time,
    leaseTransitions: (before?.leaseTransitions ?? 0) + (isRenewal ? 0 : 1),
  }
}

/** What a holder leaves behind: others need not wait for the end of its lease. */
export function releasedSpec(before: LeaseSpec, now: number): LeaseSpec {
  const time = formatMicroTime(now)
  return {
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireTime: time,
    renewTime: time,
    leaseTransitions: before.leaseTransitions ?? 0,
  }
}
