import { ingressUrl, projectImage } from '../../rig/release/environment.ts'

/** The URL of the ingress, as this machine reaches it. */
export const INGRESS = ingressUrl()

/** The image under test, as `name:tag`. */
export const IMAGE = projectImage()

/** The audit log of the API server, where this machine can read it. */
export const AUDIT_LOG = process.env['AUDIT_LOG']

/** A manifest that installs KEDA in the namespace `keda`, where there is one. */
export const KEDA_MANIFEST = process.env['KEDA_MANIFEST']

/** The etcd of the API server, and the folder of its certificates, where this machine can reach it. */
export const ETCD = optionalEtcd()

function optionalEtcd(): { readonly url: string; readonly certificates: string } | undefined {
  const { ETCD_URL: url, ETCD_CERTIFICATES: certificates } = process.env
  return url === undefined || certificates === undefined ? undefined : { url, certificates }
}
