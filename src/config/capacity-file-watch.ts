import type { CapacityFileState } from '../schema/snapshot.ts'
import { LONGEST_CAPACITY_FILE } from './capacity-file.ts'
import type { Parsed } from './parsed.ts'
import { readTextFile, type TextFile } from './read-text-file.ts'

export interface CapacityFileWatchOptions<Content> {
  readonly parse: (text: string) => Parsed<Content>
  readonly path: string
  /** Milliseconds between two looks at the path. */
  readonly interval?: number
  /** Called when another content is in force, or none. */
  readonly onChange: (file: Content | undefined) => void
  /** Called when the file cannot be used, once for each content. */
  readonly onProblem: (problem: string) => void
}

/**
 * Follows a capacity file by looking at its path. Notifications of the file system are no use here: a
 * mounted ConfigMap changes by a swap of symbolic links in a directory above the file.
 */
export class CapacityFileWatch<Content> {
  readonly #options: CapacityFileWatchOptions<Content>
  #file: Content | undefined
  #state: CapacityFileState
  #seen: TextFile = { kind: 'absent' }
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: CapacityFileWatchOptions<Content>) {
    this.#options = options
    this.#state = { path: options.path, state: 'absent' }
  }

  /** The content in force; undefined without one. */
  get file(): Content | undefined {
    return this.#file
  }

  get state(): CapacityFileState {
    return this.#state
  }

  /** Resolves after the first look, so that a service never listens under other limits. */
  async start(): Promise<void> {
    await this.look()
    if (this.#closed) return
    // Looks do not overlap: a late result could undo a newer one. A look rejects only if a callback
    // throws, which is a bug and may end the process.
    this.#timer = setTimeout(() => void this.start(), this.#options.interval ?? 2000).unref()
  }

  /** Looks at the path once, for a caller that does not start the watch. */
  async look(): Promise<void> {
    const found = await readTextFile(this.#options.path, LONGEST_CAPACITY_FILE)
    if (this.#closed || areEqual(found, this.#seen)) return
    this.#seen = found
    switch (found.kind) {
      case 'absent':
        return this.#adopt(undefined)
      case 'unreadable':
        return this.#refuse(found.problem)
      case 'text': {
        const parsed = this.#options.parse(found.text)
        return parsed.ok ? this.#adopt(parsed.value) : this.#refuse(parsed.problem)
      }
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #adopt(file: Content | undefined): void {
    this.#file = file
    this.#state = { path: this.#options.path, state: file === undefined ? 'absent' : 'active' }
    this.#options.onChange(file)
  }

  #refuse(problem: string): void {
    this.#state = { path: this.#options.path, state: 'invalid', problem }
    this.#options.onProblem(problem)
  }
}

function areEqual(one: TextFile, other: TextFile): boolean {
  if (one.kind === 'text' && other.kind === 'text') return one.text === other.text
  if (one.kind === 'unreadable' && other.kind === 'unreadable') return one.problem === other.problem
  return one.kind === other.kind
}
