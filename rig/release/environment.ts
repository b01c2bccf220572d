/**
 * How this process reaches a cluster: the variables that `node rig/main.ts exec` sets. They are read when they are needed,
 * since a program may also set them itself (`enter-cluster.ts`).
 */

/** The URL of the ingress, as this machine reaches it. */
export function ingressUrl(): URL {
  return new URL(required('INGRESS_URL'))
}

/** The image of this checkout, as `name:tag`. */
export function projectImage(): string {
  return required('IMAGE')
}

/** Replaces the image in `manifests/redis.yaml`, where that cannot be pulled. */
export function redisImage(): string | undefined {
  return process.env['REDIS_IMAGE']
}

/** The same for `manifests/jaeger.yaml`. */
export function jaegerImage(): string | undefined {
  return process.env['JAEGER_IMAGE']
}

function required(name: string): string {
  const value = process.env[name]
  if (value !== undefined && value !== '') return value
  throw new Error(
    `expected ${name} to be set: run this with node rig/main.ts exec, as make e2e does`,
  )
}
