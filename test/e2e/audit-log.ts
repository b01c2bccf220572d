import { readFile } from 'node:fs/promises'

/** A request that the API server answered, as its audit log has it. */
export interface AuditedRequest {
  readonly verb: string
  /** The API group; empty for the core group. */
  readonly group: string
  /** With its subresource, if it is one: `pods/proxy`. */
  readonly resource: string
  readonly namespace: string | undefined
  /** Undefined for requests about all objects of a kind. */
  readonly name: string | undefined
  /** Of the answer. */
  readonly status: number
  /** RBAC refused it. A namespace that is being deleted refuses requests too, with the same status. */
  readonly isDenied: boolean
  /** When the API server had read it, in ms on the clock of `Date.now`, with fractions. */
  readonly receivedAt: number
}

interface AuditLine {
  readonly stage: string
  readonly verb: string
  readonly user: { readonly username: string }
  readonly requestReceivedTimestamp: string
  readonly objectRef?: {
    readonly apiGroup?: string
    readonly resource?: string
    readonly subresource?: string
    readonly namespace?: string
    readonly name?: string
  }
  readonly responseStatus?: { readonly code?: number }
  readonly annotations?: Readonly<Record<string, string>>
}

/** All requests of a service account for objects of the API, in their order. Requests for discovery are left out. */
export async function requestsOf(
  path: string,
  account: { readonly namespace: string; readonly name: string },
): Promise<readonly AuditedRequest[]> {
  const username = `system:serviceaccount:${account.namespace}:${account.name}`
  const lines = (await readFile(path, 'utf8')).split('\n')
  // A line that names the account elsewhere is parsed too; one that is written at this moment is incomplete.
  const complete = lines.slice(0, -1).filter((line) => line.includes(username))
  return complete
    .map((line) => JSON.parse(line) as AuditLine)
    .filter(({ user }) => user.username === username)
    .flatMap(readLine)
}

function readLine(line: AuditLine): AuditedRequest[] {
  const { stage, verb, objectRef, responseStatus, annotations, requestReceivedTimestamp } = line
  // A watch has a line when it starts and another when it ends.
  if (stage === 'ResponseStarted' && verb !== 'watch') return []
  if (objectRef?.resource === undefined) return []
  const { apiGroup: group = '', resource, subresource, namespace, name } = objectRef
  return [
    {
      verb,
      group,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      namespace,
      name,
      status: responseStatus?.code ?? 0,
      isDenied: annotations?.['authorization.k8s.io/decision'] === 'forbid',
      receivedAt: parseMicroTime(requestReceivedTimestamp),
    },
  ]
}

/** The verbs of RBAC that a request needs: server-side apply of an object that is not there creates it. */
export function verbsOf({ verb, status }: AuditedRequest): readonly string[] {
  return verb === 'patch' && status === 201 ? ['patch', 'create'] : [verb]
}

/** Requests that change something, whatever became of them. */
export function isWrite({ verb }: AuditedRequest): boolean {
  return !['get', 'list', 'watch'].includes(verb)
}

/** A `Date` has no part of a millisecond, within which several requests may come. */
function parseMicroTime(time: string): number {
  return Date.parse(time) + Number(/\.\d{3}(\d*)/.exec(time)?.[1] ?? 0) / 1_000
}
