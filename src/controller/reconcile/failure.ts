import type { Failure } from '../plan/fleet-plan.ts'
import { isRefusal } from './refused-writes.ts'

/** What people have to hear of; undefined where all that failed passes by itself. */
export function failureOf(errors: readonly unknown[]): Failure | undefined {
  const refusal = errors.find(isRefusal)
  if (refusal === undefined) return undefined
  const { reason, message } = refusal
  if (reason === 'forbidden') return { reason: 'Forbidden', message }
  const advice = reason === 'invalid' ? ` ${LOOK_AT_ADMISSION}` : ''
  return { reason: 'RefusedByApi', message: `${message}${advice}` }
}

const LOOK_AT_ADMISSION =
  'Look at the admission webhooks, policies and quotas of the cluster, and at the version of the CRDs.'
