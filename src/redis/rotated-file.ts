import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { LONGEST_CREDENTIAL_FILE } from '../lib/credential-files.ts'

export interface RotatedFileOptions {
  readonly path: string
  /** The setting that names the file, for the warning. */
  readonly setting: string
  readonly isRight: (content: Buffer) => boolean
  /** Called once for each stretch of time in which the file is of no use. Must not throw. */
  readonly onWarning: (warning: string) => void
}

/** A file whose content is replaced while the process runs, such as one of a mounted Secret. */
export class RotatedFile {
  readonly #options: RotatedFileOptions
  #last: Buffer | undefined
  #hasWarned = false

  constructor(options: RotatedFileOptions) {
    this.#options = options
  }

  /**
   * The present content, or the last usable one: a rotation that is half done must not cut a connection that would
   * be accepted. Synchronous, because the Redis library reads its options so. Undefined if there never was one.
   */
  read(): Buffer | undefined {
    const { path, setting, isRight, onWarning } = this.#options
    try {
      const content = readSmallFile(path)
      // What has not changed is not looked at again: parsing a bundle of authorities takes milliseconds.
      if (this.#last?.equals(content) !== true && !isRight(content))
        throw new Error('its content is not what the setting expects')
      this.#last = content
      this.#hasWarned = false
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      if (!this.#hasWarned)
        onWarning(`${setting} cannot be read again (${problem}): what it held before is used`)
      this.#hasWarned = true
    }
    return this.#last
  }
}

function readSmallFile(path: string): Buffer {
  // Without O_NONBLOCK, opening a pipe without a writer would block the process for good.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const found = fstatSync(file)
    if (!found.isFile()) throw new Error('expected a file')
    if (found.size > LONGEST_CREDENTIAL_FILE)
      throw new Error(`expected at most ${LONGEST_CREDENTIAL_FILE} bytes`)
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}
