/** The package has no types of its own. */
declare module 'cluster-key-slot' {
  /** The hash slot of a key, 0 to 16383 (Redis Cluster specification, "Key distribution model"). */
  function calculateSlot(key: string | Uint8Array): number
  export = calculateSlot
}
