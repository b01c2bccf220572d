/**
 * A value that others replace while the process runs. Each use calls it again: what is copied out of it
 * goes stale.
 */
export type Live<T> = () => T
