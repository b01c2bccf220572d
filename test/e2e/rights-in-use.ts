import { verbsOf, type AuditedRequest } from './audit-log.ts'

/** A rule of a Role or ClusterRole, as the API server has it. */
export interface GrantedRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

/**
 * The API server may ask for it while it admits another request, where OwnerReferencesPermissionEnforcement is on.
 * No request is made with it.
 */
const FOR_ADMISSION = 'update streamcapacities/finalizers.runnel.dev'

/** The verbs of the rules that no request needed, each as `verb resource.group`. */
export function unusedVerbs(
  rules: readonly GrantedRule[],
  requests: readonly AuditedRequest[],
): readonly string[] {
  const used = new Set([FOR_ADMISSION])
  for (const request of requests) {
    for (const verb of verbsOf(request)) used.add(`${verb} ${request.resource}.${request.group}`)
  }
  const granted = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${group}`)),
    ),
  )
  return [...new Set(granted)].filter((verb) => !used.has(verb))
}

/** The requests that RBAC denied, each once, in words of `kubectl auth can-i`. */
export function deniedRequests(requests: readonly AuditedRequest[]): readonly string[] {
  const denied = requests.filter(({ isDenied }) => isDenied)
  return [
    ...new Set(
      denied.map(
        ({ verb, resource, group, namespace, name }) =>
          `${verb} ${resource}.${group} ${name ?? ''} in ${namespace ?? 'the cluster'}`,
      ),
    ),
  ]
}
