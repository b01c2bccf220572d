import { isWrite, requestsOf, type AuditedRequest } from '../audit-log.ts'
import { AUDIT_LOG } from '../environment.ts'
import type { ControllerAccount } from './controller-account.ts'

export interface AccountRequest extends AuditedRequest {
  readonly account: ControllerAccount
}

/** All requests of these accounts, in the order in which the API server had them. */
export async function requestsBy(
  ...accounts: readonly ControllerAccount[]
): Promise<readonly AccountRequest[]> {
  if (AUDIT_LOG === undefined) throw new Error('expected AUDIT_LOG to name the audit log')
  const path = AUDIT_LOG
  const each = accounts.map(async (account) =>
    (await requestsOf(path, account))
      .filter(({ receivedAt }) => receivedAt >= account.createdAt)
      .map((request) => ({ ...request, account })),
  )
  return (await Promise.all(each)).flat().toSorted((a, b) => a.receivedAt - b.receivedAt)
}

/** Whether it took, renewed or released the lease. */
export function isLeaseWrite({ resource, verb, status }: AuditedRequest): boolean {
  return resource === 'leases' && verb === 'update' && status === 200
}

/** Whether only the leader may make it. Events are about what was done, and may come after the end of a term. */
export function isFleetWrite(request: AuditedRequest): boolean {
  return isWrite(request) && request.resource !== 'leases' && request.resource !== 'events'
}

/** The writes of accounts that were not the last to write the lease. */
export function writesOutsideTerms(requests: readonly AccountRequest[]): readonly AccountRequest[] {
  let holder: ControllerAccount | undefined
  return requests.filter((request) => {
    if (isLeaseWrite(request)) holder = request.account
    return isFleetWrite(request) && request.account !== holder
  })
}
