import { join } from 'node:path'
import { INGRESS_URL } from '../addresses.ts'
import { archiveOf } from '../build/images.ts'
import { RIG } from '../paths.ts'
import { importImage } from '../node/container-runtime.ts'
import { kubectl } from '../node/clients.ts'
import { waitFor } from '../wait-for.ts'
import { INGRESS_IMAGE } from './image.ts'

/** Resolves when the ingress answers on this machine. */
export async function installIngress(): Promise<void> {
  await importImage(archiveOf(INGRESS_IMAGE))
  await kubectl('apply', '--filename', join(RIG, 'ingress-nginx/manifest.yaml'))
  await waitFor('the ingress to answer', 120_000, expectIngress)
}

/** Any answer will do: without a route it is 404. */
export async function expectIngress(): Promise<void> {
  await fetch(`${INGRESS_URL}/`, { signal: AbortSignal.timeout(2_000) })
}
