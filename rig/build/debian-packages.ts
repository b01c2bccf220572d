import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { runCommand } from '../run-command.ts'

/**
 * The package of each program that builds or runs the cluster. A program that exists is not installed again:
 * Docker brings its own containerd and runc, and Debian's packages would replace them.
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

/** Debian's packages ask this script whether their service may start. */
const POLICY = '/usr/sbin/policy-rc.d'

/** Installs what is missing. */
export async function installPackages(): Promise<string> {
  const missing = Object.keys(PACKAGES).filter((program) => !isInstalled(program))
  const packages = missing.map((program) => PACKAGES[program]!)
  if (packages.length === 0) return 'installed already'
  // The package of containerd must not start a service of its own.
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

function isInstalled(program: string): boolean {
  if (program.startsWith('/')) return existsSync(program)
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return [...folders, '/usr/sbin', '/sbin'].some((folder) => existsSync(join(folder, program)))
}
