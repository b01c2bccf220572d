import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PROJECT } from '../paths.ts'
import { runCommand } from '../run-command.ts'

/**
 * The name that the chart has by default, as a container runtime completes it. It is written out because
 * podman would complete it otherwise.
 */
export async function projectImageName(): Promise<string> {
  const text = await readFile(join(PROJECT, 'package.json'), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  return `docker.io/library/runnel:${version}`
}

/** Builds the image of this checkout by `make image`, with further variables of make. */
export async function buildProjectImage(
  name: string,
  variables: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const args = ['--no-print-directory', 'image', `IMAGE=${name}`, ...variables]
  await runCommand('make', args, { cwd: PROJECT, env })
}
