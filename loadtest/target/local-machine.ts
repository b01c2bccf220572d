import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT } from '../../rig/paths.ts'

/** Throws if no process may have so many files open. Node, and what it starts, raise the soft limit to the hard one. */
export function expectDescriptors(count: number): void {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const [, hard] = /^Max open files +\S+ +(\d+)/m.exec(limits) ?? []
  if (hard === undefined || Number(hard) >= count) return
  throw new Error(
    `expected a service that may open ${count} files, the hard limit is ${hard} (ulimit -Hn): raise it (as root: ` +
      `ulimit -n ${count}; systemd: LimitNOFILE=; docker: --ulimit nofile=${count}), or take fewer --subscribers`,
  )
}

/** The version of the service in this checkout. */
export function readRunnelVersion(): string {
  const file = readFileSync(join(PROJECT, 'package.json'), 'utf8')
  return (JSON.parse(file) as { readonly version: string }).version
}
