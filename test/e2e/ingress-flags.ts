/** How other programs reach the ingress under the host of a release, which no name server resolves. */
import { INGRESS } from './environment.ts'

/** For curl. */
export function curlFlags(url: string): string[] {
  const { hostname, port } = new URL(url)
  return ['--resolve', `${hostname}:${port}:${INGRESS.hostname}`]
}

/** For Chromium. */
export const CHROMIUM_FLAGS: readonly string[] = [
  `--host-resolver-rules=MAP *.test ${INGRESS.hostname}`,
]
