/**
 * Gives a value that is replaced while the process runs. Every use calls it anew: a copy of the value goes
 * stale.
 */
export type Live<T> = () => T
