import { parseAllDocuments } from 'yaml'
import { CHART, runHelm, type Helm } from '../../rig/release/helm.ts'
import type { Deployment, Kinds, KubeObject } from './kube-objects.ts'

/** Values by their dotted name, as for `--set`: `{'exposure.host': 'events.example'}`. */
export type GivenValues = Readonly<Record<string, unknown>>

export interface RenderOptions {
  /** Path of a chart other than Runnel's. */
  readonly chart?: string
  readonly release?: string
  readonly namespace?: string
  readonly kubeVersion?: string
  /** Path of a file with values, which the given values override. */
  readonly valuesFile?: string
  readonly isUpgrade?: boolean
  /** Kinds that the cluster knows besides Kubernetes' own, such as `runnel.dev/v1alpha1/StreamCapacity`. */
  readonly apiVersions?: readonly string[]
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

  /** The Deployment of the service. */
  get server(): Deployment {
    return this.#deployment('server')
  }

  get controller(): Deployment {
    return this.#deployment('controller')
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

  #deployment(component: string): Deployment {
    const found = this.all('Deployment').find(
      ({ metadata }) => metadata.labels['app.kubernetes.io/component'] === component,
    )
    if (found === undefined) throw new Error(`expected a Deployment of the ${component}`)
    return found
  }
}

/** Rejects with the errors of helm. */
export async function render(
  helm: Helm,
  values: GivenValues = {},
  options: RenderOptions = {},
): Promise<Rendered> {
  const {
    chart = CHART,
    release = 'runnel',
    namespace = 'runnel',
    kubeVersion = '1.37.0',
  } = options
  const { valuesFile, isUpgrade = false, apiVersions = [] } = options
  const sets = Object.entries(values).map(
    ([name, value]) => `--set-json=${name}=${JSON.stringify(value)}`,
  )
  const files = valuesFile === undefined ? [] : [`--values=${valuesFile}`]
  const flags = [
    `--namespace=${namespace}`,
    `--kube-version=${kubeVersion}`,
    ...apiVersions.map((version) => `--api-versions=${version}`),
    ...(isUpgrade ? ['--is-upgrade'] : []),
    ...files,
    ...sets,
  ]
  return new Rendered(parseObjects(await runHelm(helm, ['template', release, chart, ...flags])))
}

/** Parses objects as kubectl does: in YAML 1.1 a plain `off` is no text. */
export function parseObjects(text: string): KubeObject[] {
  return [...parseAllDocuments(text, { version: '1.1' })].map((document) => {
    const [error] = document.errors
    if (error !== undefined) throw error
    return document.toJS() as KubeObject
  })
}
