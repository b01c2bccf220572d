import { parseAllDocuments } from 'yaml'
import { CHART, runHelm, type Helm } from './helm.ts'

/** Values by their dotted name, as for `--set`: `{'exposure.host': 'events.example'}`. */
export type GivenValues = Readonly<Record<string, unknown>>

export interface RenderOptions {
  readonly release?: string
  readonly namespace?: string
  readonly kubeVersion?: string
  /** Path of a file with values, which the given values override. */
  readonly valuesFile?: string
}

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
    readonly replicas: number
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

interface Kinds {
  readonly Deployment: Deployment
  readonly Ingress: Ingress
  readonly Pod: Pod
  readonly PodDisruptionBudget: PodDisruptionBudget
  readonly Service: Service
  readonly ServiceAccount: KubeObject
}

/** The objects that a release would create. */
export class Rendered {
  readonly objects: readonly KubeObject[]

  constructor(objects: readonly KubeObject[]) {
    this.objects = objects
  }

  all<Kind extends keyof Kinds>(kind: Kind): readonly Kinds[Kind][] {
    return this.objects.filter((object): object is Kinds[Kind] => object.kind === kind)
  }

  /** The only one of its kind whose name ends so. */
  one<Kind extends keyof Kinds>(kind: Kind, ending = ''): Kinds[Kind] {
    const [found, ...others] = this.all(kind).filter(({ metadata }) =>
      metadata.name.endsWith(ending),
    )
    if (found === undefined || others.length > 0) {
      throw new Error(`expected one ${kind} …${ending}, got ${found ? others.length + 1 : 0}`)
    }
    return found
  }
}

/** Rejects with the errors of helm. */
export async function render(
  helm: Helm,
  values: GivenValues = {},
  options: RenderOptions = {},
): Promise<Rendered> {
  const { release = 'runnel', namespace = 'runnel', kubeVersion = '1.37.0', valuesFile } = options
  const sets = Object.entries(values).map(
    ([name, value]) => `--set-json=${name}=${JSON.stringify(value)}`,
  )
  const files = valuesFile === undefined ? [] : [`--values=${valuesFile}`]
  const flags = [`--namespace=${namespace}`, `--kube-version=${kubeVersion}`, ...files, ...sets]
  return new Rendered(parseObjects(await runHelm(helm, ['template', release, CHART, ...flags])))
}

/** Parses objects as kubectl does: in YAML 1.1 a plain `off` is no text. */
export function parseObjects(text: string): KubeObject[] {
  return [...parseAllDocuments(text, { version: '1.1' })].map((document) => {
    const [error] = document.errors
    if (error !== undefined) throw error
    return document.toJS() as KubeObject
  })
}
