import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { BIN, RIG } from '../paths.ts'
import { runCommand } from '../run-command.ts'
import { buildUnlessCached, digestOf, isCached } from './cache.ts'

/** A program from the Go module proxy; its module pins it and everything it is linked with. */
export interface GoTool {
  /** The name of its folder in `modules/`. */
  readonly module: string
  /** The main package; `.` is the module's own. */
  readonly package: string
  /** The name of the binary. */
  readonly name: string
  /** Further names of the binary, which acts by the name it is called by. */
  readonly links?: readonly string[]
  /** Variables that the linker sets: a program built from its module does not know its version. */
  readonly stamps?: Readonly<Record<string, string>>
  /** Build tags, which leave parts of the program out. */
  readonly tags?: readonly string[]
}

/** Without its stamps Kubernetes calls itself v0.0.0, and charts that ask for a version refuse it. */
const KUBERNETES_VERSION = 'v1.36.4'
const component = 'k8s.io/component-base/version'

export const KUBERNETES: GoTool = {
  module: 'kubernetes',
  package: '.',
  name: 'kubernetes',
  links: [
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kube-proxy',
    'kubelet',
    'kubectl',
  ],
  stamps: {
    [`${component}.gitVersion`]: KUBERNETES_VERSION,
    [`${component}.gitMajor`]: '1',
    [`${component}.gitMinor`]: '36',
    [`${component}.gitTreeState`]: 'clean',
    'k8s.io/client-go/pkg/version.gitVersion': KUBERNETES_VERSION,
  },
}

export const COREDNS: GoTool = {
  module: 'coredns',
  package: 'github.com/coredns/coredns',
  name: 'coredns',
}

export const PAUSE: GoTool = { module: 'pause', package: '.', name: 'pause' }

export const HELM_4: GoTool = {
  module: 'helm-4',
  package: 'helm.sh/helm/v4/cmd/helm',
  name: 'helm-4',
  links: ['helm'],
  stamps: { 'helm.sh/helm/v4/internal/version.version': 'v4.3.1' },
}

export const HELM_3: GoTool = {
  module: 'helm-3',
  package: 'helm.sh/helm/v3/cmd/helm',
  name: 'helm-3',
  stamps: {
    'helm.sh/helm/v3/internal/version.version': 'v3.21.4',
    // Helm's own build takes these from the version of client-go. Without them it renders for Kubernetes 1.20.
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor': '1',
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor': '36',
  },
}

/** The tools that every cluster needs. */
export const GO_TOOLS: readonly GoTool[] = [KUBERNETES, COREDNS, PAUSE, HELM_4, HELM_3]

export function pathOf({ name }: GoTool): string {
  return join(BIN, name)
}

/** Builds a tool into the cache, unless it is cached. */
export async function buildGoTool(tool: GoTool): Promise<string> {
  return buildUnlessCached(tool.name, productsOf(tool), await digestOfTool(tool), async () => {
    await mkdir(BIN, { recursive: true })
    await goBuild(folderOf(tool), [...buildFlags(tool), '-o', pathOf(tool), tool.package])
    for (const link of linksOf(tool)) {
      await rm(link, { force: true })
      await symlink(tool.name, link)
    }
  })
}

/** Whether a tool is in the cache as it would be built. */
export async function isGoToolCached(tool: GoTool): Promise<boolean> {
  return isCached(tool.name, productsOf(tool), await digestOfTool(tool))
}

/** The variables of the caller must not change what is built. */
export const GO_ENV = { CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' }

export async function goBuild(folder: string, args: readonly string[]): Promise<void> {
  // With readonly, a module that the committed checksums do not cover is an error.
  await runCommand('go', ['build', '-mod=readonly', '-buildvcs=false', ...args], {
    cwd: folder,
    env: GO_ENV,
  })
}

export async function goVersion(): Promise<string> {
  try {
    return await runCommand('go', ['env', 'GOVERSION', 'GOARCH'])
  } catch (error) {
    throw new Error('expected Go 1.26 or later on the path: see https://go.dev/doc/install', {
      cause: error,
    })
  }
}

function folderOf({ module }: GoTool): string {
  return join(RIG, 'modules', module)
}

function linksOf({ links = [] }: GoTool): string[] {
  return links.map((name) => join(BIN, name))
}

function productsOf(tool: GoTool): string[] {
  return [pathOf(tool), ...linksOf(tool)]
}

async function digestOfTool(tool: GoTool): Promise<string> {
  return digestOf([folderOf(tool)], [await goVersion(), ...buildFlags(tool)])
}

function buildFlags({ stamps = {}, tags = [] }: GoTool): string[] {
  const stamped = Object.entries(stamps).map(([name, value]) => ` -X ${name}=${value}`)
  const tagged = tags.length === 0 ? [] : [`-tags=${tags.join(',')}`]
  return ['-trimpath', `-ldflags=-s -w${stamped.join('')}`, ...tagged]
}
