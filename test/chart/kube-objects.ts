/** What tests read of the objects that the chart renders. */

export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
}

export interface PodSpec {
  readonly serviceAccountName: string
  readonly automountServiceAccountToken: boolean
  readonly enableServiceLinks: boolean
  readonly securityContext: unknown
  readonly terminationGracePeriodSeconds: number
  readonly volumes?: unknown
  readonly topologySpreadConstraints?: unknown
  readonly nodeSelector?: unknown
  readonly tolerations?: unknown
  readonly imagePullSecrets?: unknown
  readonly containers: readonly [Container]
}

export interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly env: readonly {
    readonly name: string
    readonly value?: string
    readonly valueFrom?: unknown
  }[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly lifecycle?: unknown
  readonly volumeMounts?: unknown
  readonly securityContext: unknown
  readonly resources?: unknown
}

export interface Pod extends KubeObject {
  readonly spec: PodSpec
}

export interface Deployment extends KubeObject {
  readonly spec: {
    readonly replicas?: number
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly strategy: unknown
    readonly template: {
      readonly metadata: Pick<KubeObject['metadata'], 'labels' | 'annotations'>
      readonly spec: PodSpec
    }
  }
}

export interface Service extends KubeObject {
  readonly spec: {
    readonly ipFamilyPolicy: string
    readonly selector: Readonly<Record<string, string>>
    readonly ports: readonly {
      readonly name: string
      readonly port: number
      readonly targetPort: string
      readonly appProtocol: string
    }[]
  }
}

export interface Ingress extends KubeObject {
  readonly spec: {
    readonly ingressClassName?: string
    readonly tls?: unknown
    readonly rules: readonly {
      readonly host?: string
      readonly http: {
        readonly paths: readonly {
          readonly path: string
          readonly pathType: string
          readonly backend: {
            readonly service: { readonly name: string; readonly port: { readonly name: string } }
          }
        }[]
      }
    }[]
  }
}

export interface PodDisruptionBudget extends KubeObject {
  readonly spec: {
    readonly maxUnavailable: number
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
  }
}

export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

export interface Role extends KubeObject {
  readonly rules: readonly Rule[]
}

export interface RoleBinding extends KubeObject {
  readonly roleRef: unknown
  readonly subjects: unknown
}

export interface NetworkPolicy extends KubeObject {
  readonly spec: {
    readonly podSelector: LabelSelector
    readonly policyTypes: readonly string[]
    readonly ingress: readonly {
      readonly ports: unknown
      readonly from?: readonly { readonly podSelector?: LabelSelector }[]
    }[]
  }
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
}

export interface WithSpec extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>
}

export interface PodMonitor extends KubeObject {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly podMetricsEndpoints: readonly [
      { readonly port: string; readonly path: string; readonly interval?: string },
    ]
  }
}

export interface ConfigMap extends KubeObject {
  readonly data: Readonly<Record<string, string>>
}

export interface Kinds {
  readonly APIService: WithSpec
  readonly ClusterRole: Role
  readonly ClusterRoleBinding: RoleBinding
  readonly ConfigMap: ConfigMap
  readonly Deployment: Deployment
  readonly Ingress: Ingress
  readonly Lease: KubeObject
  readonly NetworkPolicy: NetworkPolicy
  readonly Pod: Pod
  readonly PodDisruptionBudget: PodDisruptionBudget
  readonly PodMonitor: PodMonitor
  readonly PrometheusRule: WithSpec
  readonly Role: Role
  readonly RoleBinding: RoleBinding
  readonly Secret: KubeObject
  readonly Service: Service
  readonly ServiceAccount: KubeObject
  readonly StreamCapacity: WithSpec
}
