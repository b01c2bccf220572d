import {
  CLUSTER_RIGHTS,
  NAMESPACE_RIGHTS,
  type NamedObject,
  type Need,
  type Right,
} from '../src/controller/rights.ts'

/** The rules of the chart's Role and ClusterRole, as templates of Helm. */
export function renderRights(): string {
  return `\
{{- /* Made from src/controller/rights.ts by \`npm run docs\`; changes go there. */ -}}

${define('runnel.controllerRules', NAMESPACE_RIGHTS)}

${define('runnel.controllerClusterRules', CLUSTER_RIGHTS)}
`
}

const NAMES: Readonly<Record<NamedObject, string>> = {
  lease: suffixed('controller'),
  'admin token': suffixed('admin'),
  'metrics authorities': suffixed('metrics-api'),
  'APIService v1beta1': 'v1beta1.custom.metrics.k8s.io',
  'APIService v1beta2': 'v1beta2.custom.metrics.k8s.io',
}

const CONDITIONS: Readonly<Record<Need, string>> = {
  CustomMetrics: mayScaleBy('CustomMetrics'),
  KEDA: mayScaleBy('KEDA'),
  Direct: mayScaleBy('Direct'),
  'pod proxy': '.Values.controller.podProxy',
  'metrics API': '.Values.metricsApi.register',
}

function define(name: string, rights: readonly Right[]): string {
  return [`{{- define "${name}" -}}`, ...rights.map(renderRight), '{{- end -}}'].join('\n')
}

function renderRight({ group, resource, verbs, objects, when }: Right): string {
  const rule = [
    `- apiGroups: [${group === '' ? '""' : group}]`,
    `  resources: [${resource}]`,
    ...(objects === undefined
      ? []
      : ['  resourceNames:', ...objects.map((object) => `    - ${NAMES[object]}`)]),
    `  verbs: [${verbs.join(', ')}]`,
  ]
  if (when === undefined) return rule.join('\n')
  return [`{{- if ${CONDITIONS[when]} }}`, ...rule, '{{- end }}'].join('\n')
}

function suffixed(suffix: string): string {
  return `{{ include "runnel.suffixed" (list . "${suffix}") }}`
}

function mayScaleBy(provider: string): string {
  return `has .Values.streamCapacity.scaling.provider (list "Auto" "${provider}")`
}
