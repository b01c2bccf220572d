import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory as Kubernetes mounts a ConfigMap or a Secret: the file is a link into a directory that is swapped. */
export class MountedFile implements AsyncDisposable {
  readonly path: string
  readonly #directory: string
  readonly #name: string
  #version = 0

  private constructor(directory: string, name: string) {
    this.#directory = directory
    this.#name = name
    this.path = join(directory, name)
  }

  static async create(name: string): Promise<MountedFile> {
    const mounted = new MountedFile(await mkdtemp(join(tmpdir(), 'runnel-')), name)
    await symlink(join('..data', name), mounted.path)
    return mounted
  }

  async write(content: unknown): Promise<void> {
    const target = `..version${this.#version++}`
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    await mkdir(join(this.#directory, target))
    await writeFile(join(this.#directory, target, this.#name), text)
    await symlink(target, join(this.#directory, '..next'))
    await rename(join(this.#directory, '..next'), join(this.#directory, '..data'))
  }

  async remove(): Promise<void> {
    await rm(join(this.#directory, '..data'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true })
  }
}
