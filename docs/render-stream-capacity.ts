import { STREAM_CAPACITY_CRD } from '../src/schema/crd/stream-capacity-crd.ts'
import type { StructuralSchema } from '../src/schema/crd/structural-schema.ts'
import { RULES_KEY } from '../src/schema/rule.ts'
import { code, table } from '../reporting/markdown.ts'

/** The reference page of the resource StreamCapacity. */
export function renderStreamCapacity(): string {
  const [version] = STREAM_CAPACITY_CRD.spec.versions
  const { spec, status } = version?.schema.openAPIV3Schema.properties ?? {}
  if (spec === undefined || status === undefined) throw new TypeError('expected spec and status')
  const groups = Object.entries(spec.properties ?? {}).map(
    ([name, group]) => `### \`${name}\`\n\n${group.description}\n\n${renderFields(group, '')}`,
  )
  return [
    OPENING,
    ...groups,
    `${RULES}\n\n${renderRules(spec)}`,
    `${STATUS}\n\n${renderFields(status, '')}`,
    CRD,
  ].join('\n\n')
}

function renderFields(schema: StructuralSchema, prefix: string): string {
  return table(['Field', 'Type', 'Meaning'], fieldRows(schema, prefix))
}

function fieldRows({ properties = {} }: StructuralSchema, prefix: string): string[][] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const { type, enum: values, description = '', items } = field
    const path = prefix + name
    const below = items ?? field
    const rows = fieldRows(below, items === undefined ? `${path}.` : `${path}[].`)
    const isChoice = Array.isArray(values)
    return [
      [code(path), isChoice ? values.map(String).join(', ') : String(type), description],
      ...rows,
    ]
  })
}

function renderRules(spec: StructuralSchema): string {
  return table(['Field', 'Message'], ruleRows(spec, 'spec'))
}

function ruleRows(schema: StructuralSchema, path: string): string[][] {
  const rules = schema[RULES_KEY] ?? []
  const rows = rules.map(({ message, fieldPath = '' }) => [code(path + fieldPath), message])
  const below = Object.entries(schema.properties ?? {})
  return [...rows, ...below.flatMap(([name, field]) => ruleRows(field, `${path}.${name}`))]
}

const OPENING = `# StreamCapacity

<!-- Made from src/schema by \`npm run docs\`; changes go there. -->

A StreamCapacity says how many subscribers a fleet of pods is meant to hold, and how many it holds. One object
describes one Deployment, whose name is all that it must say:

\`\`\`yaml
apiVersion: runnel.dev/v1alpha1
kind: StreamCapacity
metadata:
  name: runnel
spec:
  targetRef:
    name: runnel
\`\`\`

\`\`\`
$ kubectl get scap
NAME     TARGET   SUBSCRIBERS   CAPACITY   PODS   READY   REASON   AGE
runnel   runnel   2310          4500       3      True    Ready    4d
\`\`\`

- \`scap\` is short for \`streamcapacities\`. \`kubectl get runnel\` lists them too, \`--output=wide\` prints more.
- \`kubectl explain scap.spec.scaling\` says what is below: every field, its range and its default.
- \`kubectl get scap --field-selector spec.targetRef.name=runnel\` finds the object of a Deployment.
- The name has at most 63 characters, since the objects that the controller makes have it as a label.
- There is no subresource \`scale\`: autoscalers scale the Deployment.

## Spec

The API server stores every object complete, with the defaults of the fields that it leaves out. It refuses unknown
fields. A client that asks for no validation (\`kubectl create --validate=ignore\`) gets them dropped instead.
Durations are a whole number and its unit: \`250ms\`, \`15s\`, \`5m\`, \`1h\`.`

const RULES = `## Rules

The API server refuses an object that breaks one of these rules, with this message:`

const STATUS = `## Status

The controller writes the status, through a subresource of its own: who may change the spec cannot change the
status, and the reverse.`

const CRD = `## The CRD

The CustomResourceDefinition is in \`charts/runnel/crds\` and, the same, in \`manifests/crds.yaml\`. Helm installs it with
the chart, but neither upgrades nor removes it. So before an upgrade of the chart:

\`\`\`sh
kubectl apply --server-side --force-conflicts -f charts/runnel/crds
\`\`\`

\`--force-conflicts\` takes the CRD over from Helm, which otherwise remains the manager of its fields.

Removing the CRD removes all StreamCapacity objects, and all that the controller made for them. The Deployments stay:

\`\`\`sh
kubectl delete crd streamcapacities.runnel.dev
\`\`\`

There is one version, \`v1alpha1\`, so there is no conversion (\`strategy: None\`). It may get further fields and
rules. A later version will be served beside it, and a field of both will mean the same in both, so that no webhook
has to convert.

A rule that is newer than a stored object does not block it:

- The controller goes on writing its status. Where the spec breaks a rule, a condition says so.
- A rule within a group, such as \`minReplicas\` and \`maxReplicas\`, is checked when the group changes. Until then the
  API server only warns.
- A rule between groups is checked with every change of the spec.`
