import { projectImage } from '../../rig/release/environment.ts'
import { kubectl } from '../../rig/release/kubectl.ts'

/** Versions of what a cluster puts in front of the pods, and of what runs in them. */
export async function clusterVersions(): Promise<Readonly<Record<string, string>>> {
  const [kubernetes, ingress] = await Promise.all([serverVersion(), ingressVersion()])
  return { image: projectImage(), Kubernetes: kubernetes, 'ingress-nginx': ingress }
}

async function serverVersion(): Promise<string> {
  const { serverVersion: version } = JSON.parse(await kubectl('version', '--output=json')) as {
    readonly serverVersion: { readonly gitVersion: string }
  }
  return version.gitVersion
}

/** The tag of the controller's image. */
async function ingressVersion(): Promise<string> {
  const selector = '--selector=app.kubernetes.io/name=ingress-nginx'
  const path = '--output=jsonpath={.items[0].spec.containers[0].image}'
  const running = '--field-selector=status.phase=Running'
  const image = await kubectl('get', 'pods', '--all-namespaces', selector, running, path)
  // Such as registry.k8s.io/ingress-nginx/controller:v1.15.1@sha256:f00d.
  return image.replace(/@.*/, '').split(':').at(-1) ?? 'unknown'
}
