import type { z } from 'zod'
import type { KubeObject } from './metadata.ts'

/**
 * A kind of object: where the API server has it, and what the controller reads of it. Fields outside the
 * schema are dropped as they arrive, so that a copy of many objects stays small.
 */
export interface Kind<T extends KubeObject = KubeObject> {
  /** `apps/v1`, or `v1` for the core group. */
  readonly apiVersion: string
  readonly kind: string
  /** As in paths and in RBAC. */
  readonly plural: string
  readonly isNamespaced: boolean
  readonly schema: z.ZodType<T>
}

/** The API group; empty for the core group. */
export function groupOf({ apiVersion }: Pick<Kind, 'apiVersion'>): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
}
