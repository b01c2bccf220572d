import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PROJECT } from '../paths.ts'
import { runCommand, tryCommand } from '../run-command.ts'
import { digestOf } from './cache.ts'

/** What the Dockerfile copies besides `src`, and itself. */
const FILES = [
  'Dockerfile',
  'LICENSE',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
]

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

/** A digest of all that the image holds, its label with the revision of this checkout among it. */
export async function projectImageDigest(): Promise<string> {
  const texts = FILES.map(async (file) => readFile(join(PROJECT, file), 'utf8'))
  const revision = await tryCommand('git', ['-C', PROJECT, 'rev-parse', 'HEAD'])
  return digestOf([join(PROJECT, 'src')], [revision, ...(await Promise.all(texts))])
}
