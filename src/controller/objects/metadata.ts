import { z } from 'zod'

const ownerReference = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
  blockOwnerDeletion: z.boolean().optional(),
})

export const metadata = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.number().optional(),
  /** RFC 3339 in whole seconds. */
  creationTimestamp: z.string().optional(),
  /** Set once the object is being deleted. */
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  ownerReferences: z.array(ownerReference).optional(),
})

export type Metadata = z.infer<typeof metadata>
export type OwnerReference = z.infer<typeof ownerReference>

/** What all objects of the API server have. Times are text, as they come over the wire. */
export interface KubeObject {
  readonly apiVersion?: string | undefined
  readonly kind?: string | undefined
  readonly metadata: Metadata
}

export interface ObjectKey {
  /** Undefined for kinds that belong to no namespace. */
  readonly namespace?: string | undefined
  readonly name: string
}

export function keyOf({ metadata: { namespace, name } }: KubeObject): ObjectKey {
  return { namespace, name }
}

/** All objects that the API server has stored have one. */
export function uidOf({ metadata: { uid = '' } }: KubeObject): string {
  return uid
}

/** Whether an object belongs to another one, and goes with it. */
export function isOwnedBy(
  { metadata: { ownerReferences = [] } }: KubeObject,
  owner: KubeObject,
): boolean {
  return ownerReferences.some(
    ({ uid, controller }) => uid === owner.metadata.uid && controller === true,
  )
}

/** As people and log lines name an object. */
export function formatKey({ namespace, name }: ObjectKey): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

/** The key that `formatKey` wrote. */
export function parseKey(text: string): ObjectKey {
  const [first = '', name] = text.split('/')
  return name === undefined ? { name: first } : { namespace: first, name }
}
