import { constants, fstatSync, openSync } from 'node:fs'

const STANDARD_OUTPUT = 1

/**
 * A descriptor of standard output whose writes return at once where nobody reads: with EAGAIN, or with a part written.
 * Files have nothing to wait for.
 */
export function openStandardOutput(): number {
  const { isPipe, isDevice } = kindOf(STANDARD_OUTPUT)
  if (isPipe || isDevice) {
    try {
      // Opened anew, it has flags of its own: other processes that share the inherited one may set it to block, and
      // Node does so for terminals, which CTRL-S stops.
      const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants
      return openSync(`/proc/self/fd/${STANDARD_OUTPUT}`, O_WRONLY | O_NONBLOCK | O_NOCTTY)
    } catch {
      // Of another user, without a reader, or no Linux.
    }
  }
  // Node sets pipes and sockets not to block when their stream is made, which this getter does.
  void process.stdout
  return STANDARD_OUTPUT
}

function kindOf(descriptor: number): { readonly isPipe: boolean; readonly isDevice: boolean } {
  const status = fstatSync(descriptor)
  return { isPipe: status.isFIFO(), isDevice: status.isCharacterDevice() }
}
