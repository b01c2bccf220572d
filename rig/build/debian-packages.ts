import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { runCommand } from '../run-command.ts'

/**
 * By program what the cluster is built and run with. A program that is there is not installed again:
 * Docker brings a containerd and a runc of its own, and Debian's would take their place.
 */
const PACKAGES: Readonly<Record<string, string>> = {
  buildah: 'buildah',
  containerd: 'containerd',
  ip: 'iproute2',
  mmdebstrap: 'mmdebstrap',
  nft: 'nftables',
  openssl: 'openssl',
  runc: 'runc',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
}

/** A script of Debian's by which packages ask whether their service may start. */
const POLICY = '/usr/sbin/policy-rc.d'

/** Installs what is missing. */
export async function installPackages(): Promise<string> {
  const missing = Object.keys(PACKAGES).filter((program) => !isThere(program))
  const packages = missing.map((program) => PACKAGES[program]!)
  if (packages.length === 0) return 'all there'
  // containerd's own service is not ours to start.
  const isFree = !existsSync(POLICY)
  if (isFree) await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await runCommand('apt-get', ['update', '-q'], { env })
    const flags = ['-qy', '--no-install-recommends', '--no-remove']
    await runCommand('apt-get', ['install', ...flags, ...packages], { env })
  } catch (error) {
    const advice = 'install them by hand, or whatever else brings the programs'
    throw new Error(`expected to install ${packages.join(' ')}: ${advice}\n${String(error)}`, {
      cause: error,
    })
  } finally {
    if (isFree) await rm(POLICY)
  }
  return `installed ${packages.join(' ')}`
}

function isThere(program: string): boolean {
  if (program.startsWith('/')) return existsSync(program)
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return [...folders, '/usr/sbin', '/sbin'].some((folder) => existsSync(join(folder, program)))
}
