/** As an API server describes an error. */
export function statusOf(code: number, reason: string, message: string): unknown {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code,
  }
}

export const EXPIRED = statusOf(410, 'Expired', 'too old resource version: 1 (1464)')
export const UNAUTHORIZED = statusOf(401, 'Unauthorized', 'Unauthorized')
