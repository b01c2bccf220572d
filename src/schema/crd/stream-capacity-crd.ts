import { streamCapacitySpec, streamCapacityStatus } from '../stream-capacity.ts'
import { structuralSchema, type StructuralSchema } from './structural-schema.ts'

const schema: StructuralSchema = {
  type: 'object',
  description:
    'How many subscribers a fleet of pods is meant to hold, and how many it holds. The controller of Runnel ' +
    'makes the fleet as large as its subscribers need.',
  required: ['spec'],
  properties: {
    apiVersion: { type: 'string', description: 'Always runnel.dev/v1alpha1.' },
    kind: { type: 'string', description: 'Always StreamCapacity.' },
    metadata: {
      type: 'object',
      // The objects that the controller makes carry the name as the value of a label.
      properties: { name: { type: 'string', maxLength: 63 } },
    },
    spec: structuralSchema(streamCapacitySpec),
    status: structuralSchema(streamCapacityStatus),
  },
}

const READY = '.status.conditions[?(@.type=="Ready")]'

/** What `kubectl get` prints; with priority 1 only with `--output=wide`. */
const COLUMNS = [
  {
    name: 'Target',
    type: 'string',
    jsonPath: '.spec.targetRef.name',
    description: 'The Deployment.',
  },
  {
    name: 'Subscribers',
    type: 'integer',
    jsonPath: '.status.subscribers',
    description: 'Streams of all pods.',
  },
  {
    name: 'Capacity',
    type: 'integer',
    jsonPath: '.status.capacity',
    description: 'Streams that the ready pods may hold.',
  },
  {
    name: 'Pods',
    type: 'integer',
    jsonPath: '.status.replicas',
    description: 'Pods of the Deployment.',
  },
  {
    name: 'Ready',
    type: 'string',
    jsonPath: `${READY}.status`,
    description: 'Whether the fleet is as it is meant to be.',
  },
  { name: 'Reason', type: 'string', jsonPath: `${READY}.reason`, description: 'Why, in one word.' },
  {
    name: 'Provider',
    type: 'string',
    jsonPath: '.status.provider',
    priority: 1,
    description: 'Who changes the number of pods.',
  },
  {
    name: 'Ready Pods',
    type: 'integer',
    jsonPath: '.status.readyReplicas',
    priority: 1,
    description: 'Pods that are ready.',
  },
  {
    name: 'Min',
    type: 'integer',
    jsonPath: '.spec.scaling.minReplicas',
    priority: 1,
    description: 'Fewest pods.',
  },
  {
    name: 'Max',
    type: 'integer',
    jsonPath: '.spec.scaling.maxReplicas',
    priority: 1,
    description: 'Most pods.',
  },
  {
    name: 'Message',
    type: 'string',
    jsonPath: `${READY}.message`,
    priority: 1,
    description: 'Why, in a sentence.',
  },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
]

/** The CustomResourceDefinition. No `scale` subresource: an autoscaler scales the Deployment, never this object. */
export const STREAM_CAPACITY_CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'streamcapacities.runnel.dev',
    labels: { 'app.kubernetes.io/name': 'runnel' },
  },
  spec: {
    group: 'runnel.dev',
    scope: 'Namespaced',
    names: {
      kind: 'StreamCapacity',
      listKind: 'StreamCapacityList',
      plural: 'streamcapacities',
      singular: 'streamcapacity',
      shortNames: ['scap'],
      categories: ['runnel'],
    },
    // There is one version, so there is nothing to convert.
    conversion: { strategy: 'None' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        selectableFields: [{ jsonPath: '.spec.targetRef.name' }],
        additionalPrinterColumns: COLUMNS,
        schema: { openAPIV3Schema: schema },
      },
    ],
  },
}
