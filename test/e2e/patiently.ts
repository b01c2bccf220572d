import { vi } from 'vitest'

/** In ms: pods start and drain, autoscalers wait, nginx ends its old workers. */
const PATIENCE = 300_000

/** Repeats a check until it no longer throws, for minutes. */
export async function patiently<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: PATIENCE, interval: 1_000 })
}
