import { readFile } from 'node:fs/promises'

const PROGRAM = new URL('server.mjs', import.meta.url)
const PORT = 8_080
const LABELS = { app: 'naive' }

export const NAIVE_SELECTOR = 'app=naive'

export interface NaiveOptions {
  readonly namespace: string
  readonly host: string
  /** Runnel's own, whose ioredis the program uses. */
  readonly image: string
  readonly replicas: number
  /** Where its Redis is, as the program reads it. */
  readonly env: Readonly<Record<string, string>>
}

/** All of it, as JSON, which kubectl takes too. */
export async function naiveManifest(options: NaiveOptions): Promise<string> {
  const { namespace, host } = options
  const data = { 'server.mjs': await readFile(PROGRAM, 'utf8') }
  const metadata = { name: 'naive', namespace }
  const ports = [{ name: 'http', port: 80, targetPort: PORT }]
  const backend = { service: { name: 'naive', port: { name: 'http' } } }
  const paths = [{ path: '/', pathType: 'Prefix', backend }]
  const items = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: LABELS, ports } },
    deployment(options),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: {
        ...metadata,
        // Else nginx ends a stream that is silent for a minute: the load test is after other failures.
        annotations: { 'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600' },
      },
      spec: { ingressClassName: 'nginx', rules: [{ host, http: { paths } }] },
    },
  ]
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

function deployment({ namespace, image, replicas, env }: NaiveOptions): object {
  const container = {
    name: 'server',
    image,
    command: ['node', '/app/naive/server.mjs'],
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    ports: [{ name: 'http', containerPort: PORT }],
    readinessProbe: { httpGet: { path: '/', port: PORT }, periodSeconds: 1 },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    // Below /app, so that its import of ioredis leads to the packages of the image.
    volumeMounts: [{ name: 'program', mountPath: '/app/naive', readOnly: true }],
  }
  const spec = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
    volumes: [{ name: 'program', configMap: { name: 'naive' } }],
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'naive', namespace },
    spec: {
      replicas,
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: LABELS }, spec },
    },
  }
}
