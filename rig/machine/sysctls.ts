import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { STATE } from '../paths.ts'

/** Values that pods need to reach Services. */
const WANTED: Readonly<Record<string, string>> = {
  'net/ipv4/ip_forward': '1',
  'net/bridge/bridge-nf-call-iptables': '1',
}

/** Values that kubelet and kube-proxy change. */
const CHANGED = [
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxbytes',
  'kernel/keys/root_maxkeys',
  'net/ipv4/conf/all/route_localnet',
  'net/netfilter/nf_conntrack_max',
  'net/netfilter/nf_conntrack_tcp_be_liberal',
  'net/netfilter/nf_conntrack_tcp_timeout_close_wait',
  'net/netfilter/nf_conntrack_tcp_timeout_established',
  'vm/overcommit_memory',
]

const ORIGINALS = join(STATE, 'sysctls.json')

/** Saves the original values, which `restoreSysctls` sets again. */
export async function setSysctls(): Promise<void> {
  const before: Record<string, string> = {}
  for (const name of [...Object.keys(WANTED), ...CHANGED]) {
    // The kernel has no such value while the module is not loaded.
    const value = await readFile(pathOf(name), 'utf8').catch(() => undefined)
    if (value !== undefined) before[name] = value.trim()
  }
  await writeFile(ORIGINALS, JSON.stringify(before))
  for (const [name, value] of Object.entries(WANTED)) {
    await writeFile(pathOf(name), value)
  }
}

export async function restoreSysctls(): Promise<void> {
  const text = await readFile(ORIGINALS, 'utf8').catch(() => '{}')
  for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, string>)) {
    const now = await readFile(pathOf(name), 'utf8').catch(() => undefined)
    if (now !== undefined && now.trim() !== value) await writeFile(pathOf(name), value)
  }
}

function pathOf(name: string): string {
  return `/proc/sys/${name}`
}
