import type { Fault } from '../fault.ts'

export const CAPACITY: readonly Fault[] = [
  {
    file: 'src/capacity/admission.ts',
    what: 'One stream more than the limit is admitted.',
    find: 'if (this.#streams >= this.#limits().maxStreams)',
    replace: 'if (this.#streams > this.#limits().maxStreams)',
    seenBy: 'src/capacity/admission.test.ts',
  },
]
