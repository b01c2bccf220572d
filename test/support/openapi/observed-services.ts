/** The services under test, and the faults of their answers. */
export type Listener = 'public' | 'admin'

const listeners = new Map<string, Listener>()
const faults: string[] = []

/** Begins to check answers from these addresses against docs/openapi.json. */
export function observe(service: { readonly url: string; readonly adminUrl: string }): Disposable {
  const ports = [portOf(service.url), portOf(service.adminUrl)] as const
  listeners.set(ports[0], 'public').set(ports[1], 'admin')
  return {
    [Symbol.dispose]() {
      // The system may give the port to a server of another kind.
      for (const port of ports) listeners.delete(port)
    },
  }
}

/** Undefined where no observed service listens. */
export function listenerAt(url: string | URL): Listener | undefined {
  return listeners.get(portOf(url))
}

/** Kept rather than thrown, since the calling test may expect errors and swallow this one with them. */
export function noteFault(fault: string | undefined): void {
  if (fault !== undefined) faults.push(fault)
}

export function takeFaults(): readonly string[] {
  return faults.splice(0)
}

function portOf(url: string | URL): string {
  return new URL(url).port
}
