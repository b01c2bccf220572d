/** A pod that no scheduler places, and that a namespace of the profile `restricted` admits. */
export function restrictedPodSpec(ports: readonly object[] = []): object {
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  }
  return {
    schedulingGates: [{ name: 'runnel.dev/held' }],
    automountServiceAccountToken: false,
    containers: [{ name: 'server', image: 'none', ports, securityContext }],
  }
}
