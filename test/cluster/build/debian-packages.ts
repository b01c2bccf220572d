import { runCommand, tryCommand } from '../run-command.ts'

/** What the cluster is built and run with. */
const PACKAGES = [
  'buildah',
  'containerd',
  'containernetworking-plugins',
  'iproute2',
  'mmdebstrap',
  'nftables',
  'openssl',
  'runc',
] as const

/** Installs what is missing. */
export async function installPackages(): Promise<string> {
  const missing: string[] = []
  for (const name of PACKAGES) {
    const status = await tryCommand('dpkg-query', [
      '--show',
      '--showformat=${db:Status-Status}',
      name,
    ])
    if (status !== 'installed') missing.push(name)
  }
  if (missing.length === 0) return 'all there'
  // The daemons would start at once, where there is an init system, and are not ours to run.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  await runCommand('apt-get', ['update', '-q'], { env })
  await runCommand('apt-get', ['install', '-qy', '--no-install-recommends', ...missing], { env })
  return `installed ${missing.join(' ')}`
}
