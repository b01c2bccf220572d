import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withScratchFolder } from '../build/scratch-folder.ts'
import { BIN, CACHE } from '../paths.ts'
import { runCommand } from '../run-command.ts'
import { KEDA_IMAGE } from './image.ts'
import { kedaConfig, KEDA_VERSION } from './tools.ts'

/** KEDA's own kustomizations. The admission webhook is left out, which is a third program. */
const BASES = ['crd', 'general', 'rbac', 'service_account', 'manager', 'metrics-server']

const IMAGES = ['ghcr.io/kedacore/keda', 'ghcr.io/kedacore/keda-metrics-apiserver']

const CONTAINER = '/spec/template/spec/containers/0'

/** The image is on the node, and there is no registry to ask for it. Tests need not wait for the first probe. */
const POD_PATCH = [
  { op: 'replace', path: `${CONTAINER}/imagePullPolicy`, value: 'IfNotPresent' },
  { op: 'replace', path: `${CONTAINER}/readinessProbe/initialDelaySeconds`, value: 1 },
]

/** Without this the operator waits for the configuration of the webhook. */
const OPERATOR_PATCH = [
  { op: 'add', path: `${CONTAINER}/args/-`, value: '--enable-webhook-patching=false' },
]

/** Writes one manifest that installs KEDA in the namespace `keda`. Resolves to its path. */
export async function writeKedaManifest(): Promise<string> {
  const manifest = join(CACHE, 'keda.yaml')
  const kustomization = {
    resources: BASES.map((name) => `config/${name}`),
    images: IMAGES.map((name) => ({
      name,
      newName: KEDA_IMAGE.split(':')[0],
      newTag: KEDA_VERSION,
    })),
    patches: [
      { target: { kind: 'Deployment' }, patch: JSON.stringify(POD_PATCH) },
      {
        target: { kind: 'Deployment', name: 'keda-operator' },
        patch: JSON.stringify(OPERATOR_PATCH),
      },
    ],
  }
  await withScratchFolder(async (folder) => {
    // Kustomize reads nothing outside of its folder.
    await cp(await kedaConfig(), join(folder, 'config'), { recursive: true })
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization))
    await writeFile(manifest, await runCommand(join(BIN, 'kubectl'), ['kustomize', folder]))
  })
  return manifest
}
