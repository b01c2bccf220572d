import { join } from 'node:path'
import { INGRESS_URL } from '../addresses.ts'
import { archiveOf } from '../build/images.ts'
import { HERE } from '../layout.ts'
import { importImage } from '../node/container-runtime.ts'
import { kubectl } from '../node/kubectl.ts'
import { waitFor } from '../wait-for.ts'
import { INGRESS_IMAGE } from './image.ts'

/** Resolves when the controller answers outside. */
export async function installIngress(): Promise<void> {
  await importImage(archiveOf(INGRESS_IMAGE))
  await kubectl('apply', '--filename', join(HERE, 'ingress-nginx/manifest.yaml'))
  await waitFor('the ingress to answer', 120_000, expectIngress)
}

/** Without a route it answers 404. */
export async function expectIngress(): Promise<void> {
  await fetch(`${INGRESS_URL}/`, { signal: AbortSignal.timeout(2_000) })
}
