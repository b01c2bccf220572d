/** Names of the events of Runnel itself, a contract with every client. */
export const OPEN = 'runnel.open'
export const GAP = 'runnel.gap'
export const FULL = 'runnel.full'
export const DRAIN = 'runnel.drain'
export const EXPIRE = 'runnel.expire'
export const FAULT = 'runnel.fault'
export const PING = 'runnel.ping'
