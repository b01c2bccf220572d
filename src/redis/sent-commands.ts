/** The commands that are sent to the servers as they are, besides those that scripts run. */
export const SENT_COMMANDS: readonly string[] = (
  'client|setname select info ping eval evalsha wait ' +
  'spublish ssubscribe sunsubscribe publish subscribe ' +
  'cluster|slots cluster|info asking ' +
  // Where a channel stands, how long it is kept, and what a pod leaves of the fleet.
  'get hmget pexpire hdel'
).split(' ')
