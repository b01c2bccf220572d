import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import type { TestAuthority } from '../../../rig/servers/redis-tls.ts'

/** The files that a pod has of its service account. */
export class CredentialFiles implements AsyncDisposable {
  readonly tokenFile: string
  readonly caFile: string
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
    this.tokenFile = join(folder, 'token')
    this.caFile = join(folder, 'ca.crt')
  }

  static async create(token: string, authority: TestAuthority): Promise<CredentialFiles> {
    const files = new CredentialFiles(await mkdtemp(join(tmpdir(), 'runnel-credentials-')))
    await files.writeToken(token)
    await files.writeAuthority(authority)
    return files
  }

  async writeToken(token: string): Promise<void> {
    await writeFile(this.tokenFile, token)
  }

  async writeAuthority({ caFile }: TestAuthority): Promise<void> {
    await writeFile(this.caFile, await readFile(caFile))
  }

  configFor(server: string): KubeConfig {
    const config = new KubeConfig()
    const tokenFile = { name: 'tokenFile', config: { tokenFile: this.tokenFile } }
    config.loadFromOptions({
      clusters: [{ name: 'fake', server, caFile: this.caFile, skipTLSVerify: false }],
      users: [{ name: 'fake', authProvider: tokenFile }],
      contexts: [{ name: 'fake', cluster: 'fake', user: 'fake' }],
      currentContext: 'fake',
    })
    return config
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}
