import { z } from 'zod'
import type { Kind } from './kind.ts'
import { metadata } from './metadata.ts'

/** Who serves a version of an API group. */
const apiService = z.object({
  metadata,
  spec: z.object({
    /** Absent for what the API server serves itself. */
    service: z.object({ name: z.string().optional(), namespace: z.string().optional() }).nullish(),
    /** The authorities whose certificates the service may present: a bundle in PEM, in base64. */
    caBundle: z.string().nullish(),
  }),
})

export type APIService = z.infer<typeof apiService>

export const API_SERVICE: Kind<APIService> = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  plural: 'apiservices',
  isNamespaced: false,
  schema: apiService,
}
