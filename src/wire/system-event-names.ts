/** Names of the events that Runnel itself sends: a contract with every client. */
export const OPEN = 'runnel.open'
export const GAP = 'runnel.gap'
export const FULL = 'runnel.full'
export const DRAIN = 'runnel.drain'
export const EXPIRE = 'runnel.expire'
export const FAULT = 'runnel.fault'
export const PING = 'runnel.ping'

/** The last event of a stream that the service closes. The client comes back after its `retry:`. */
export const CLOSING_EVENTS: ReadonlySet<string> = new Set([FULL, DRAIN, EXPIRE, FAULT])
