import type { Pod } from '../objects/workloads.ts'

/** Where the admin listener is unless the pod has a port named `admin`. */
const ADMIN_PORT = 9090

/**
 * The id of the container that holds the streams; undefined unless it runs. A mesh may put containers of its own
 * before it, so that it is found by its port.
 */
export function runningContainer({ spec, status }: Pod): string | undefined {
  // A pod of a lost node may keep the state of its containers for ever.
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return undefined
  const containers = spec?.containers ?? []
  const server = containers.find(({ ports }) => ports?.some(isAdmin)) ?? containers[0]
  const found = status?.containerStatuses?.find(({ name }) => name === server?.name)
  return found?.state?.running === undefined ? undefined : (found.containerID ?? '')
}

export function adminPort({ spec }: Pod): number {
  const ports = (spec?.containers ?? []).flatMap((container) => container.ports ?? [])
  return ports.find(isAdmin)?.containerPort ?? ADMIN_PORT
}

/** Undefined while the pod has no address. */
export function adminUrl(pod: Pod, path: string): URL | undefined {
  const address = pod.status?.podIP
  if (address === undefined || address === '') return undefined
  const host = address.includes(':') ? `[${address}]` : address
  return new URL(path, `http://${host}:${adminPort(pod)}`)
}

function isAdmin({ name }: { readonly name?: string | undefined }): boolean {
  return name === 'admin'
}
