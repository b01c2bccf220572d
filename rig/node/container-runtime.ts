import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PODS } from '../addresses.ts'
import { PAUSE, pathOf } from '../build/go-tools.ts'
import { STATE } from '../paths.ts'
import { POD_LINK, POD_NETWORK } from '../machine/network.ts'
import { startDaemon } from '../machine/processes.ts'
import { ctr, RUNTIME_SOCKET } from './clients.ts'
import { READY } from './health.ts'
import { writePauseImage } from '../build/pause-image.ts'

const FOLDER = join(STATE, 'containerd')
const NETWORKS = join(STATE, 'cni')

const PAUSE_IMAGE = 'localhost/pause:1'

/** All paths lie in the cluster's folder, those of the pods' network namespaces included. */
const CONFIG = `version = 2
root = "${FOLDER}/root"
state = "${FOLDER}/state"

[grpc]
address = "${RUNTIME_SOCKET}"

[plugins."io.containerd.internal.v1.opt"]
path = "${FOLDER}/opt"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${PAUSE_IMAGE}"
netns_mounts_under_state_dir = true
# Where this machine is a container itself, the score cannot be lowered, and no container would start.
restrict_oom_score_adj = true

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${NETWORKS}"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
`

/** Starts containerd, with a network for pods that leads nowhere else. */
export async function startContainerRuntime(): Promise<void> {
  await mkdir(NETWORKS, { recursive: true })
  await mkdir(FOLDER, { recursive: true })
  const bridge = {
    type: 'bridge',
    bridge: POD_LINK,
    isGateway: true,
    hairpinMode: true,
    ipam: {
      type: 'host-local',
      dataDir: join(STATE, 'addresses'),
      ranges: [[{ subnet: PODS }]],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  }
  const network = { cniVersion: '0.4.0', name: POD_NETWORK, plugins: [bridge] }
  await writeFile(join(NETWORKS, '10-pods.conflist'), JSON.stringify(network))
  const config = join(FOLDER, 'config.toml')
  await writeFile(config, CONFIG)
  await startDaemon({
    name: 'containerd',
    command: ['containerd', '--config', config],
    isReady: READY.containerd,
  })
  await importImage(await writePauseImage(PAUSE_IMAGE, pathOf(PAUSE)))
}

/** Gives the node an image from an archive. */
export async function importImage(archive: string): Promise<void> {
  await ctr('--namespace', 'k8s.io', 'images', 'import', archive)
}
