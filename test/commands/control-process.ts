import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCommand, type CommandProcess, type RunOptions } from './run-command.ts'
import { eventually } from '../support/eventually.ts'
import type { FakeApiServer } from '../support/fake-api-server/fake-api-server.ts'

export interface ControlProcess extends CommandProcess {
  readonly adminUrl: string
}

/** Runs `runnel control` as a process of its own, for the namespace `default` of a fake API server. */
export async function spawnControl(
  server: FakeApiServer,
  flags: readonly string[] = [],
  options: RunOptions = {},
): Promise<ControlProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'runnel-kubeconfig-'))
  const file = join(folder, 'config')
  await writeFile(file, JSON.stringify(kubeconfigOf(server)))
  const args = ['control', '--admin-listen=127.0.0.1:0', '--snapshot-interval=1s', ...flags]
  const command = startCommand(args, { ...options, env: { ...options.env, KUBECONFIG: file } })
  const adminUrl = await Promise.race([
    eventually(() => {
      const line = command.json.find(({ msg }) => msg === 'listening')
      if (line === undefined) throw new Error('expected runnel control to listen')
      return String(line['admin'])
    }),
    command.exited.then(() => {
      throw new Error(command.errors)
    }),
  ])
  await rm(folder, { recursive: true })
  return Object.assign(Object.create(command) as CommandProcess, { adminUrl })
}

function kubeconfigOf({ url, files }: FakeApiServer): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'fake', cluster: { server: url, 'certificate-authority': files.caFile } }],
    users: [{ name: 'fake', user: { token: 'token-1' } }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake', namespace: 'default' } }],
    'current-context': 'fake',
  }
}
