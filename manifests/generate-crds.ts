/** Writes the CustomResourceDefinitions, for Helm and for kubectl, or checks them with `--check`. */
import { stringify } from 'yaml'
import { writeGenerated } from '../docs/write-generated.ts'
import { STREAM_CAPACITY_CRD } from '../src/schema/crd/stream-capacity-crd.ts'

const HEADER = '# Written by `npm run crds` from src/schema; changes go there.\n'

function render(): string {
  // Versions of YAML differ in what a plain word may be; kubectl reads 1.1.
  const options = { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 } as const
  return HEADER + stringify(STREAM_CAPACITY_CRD, options)
}

const FILES = ['charts/runnel/crds/streamcapacities.runnel.dev.yaml', 'manifests/crds.yaml']

await writeGenerated(
  FILES.map((path) => ({ path, render })),
  'npm run crds',
)
