/** One mistake that somebody could make in one file, and the test that has to fail with it. */
export type Fault = Edit & (Seen | Answered)

/** The mistake: a text that stands exactly once in the file, and the one that takes its place. */
export interface Edit {
  /** Path from the root of the tree. */
  readonly file: string
  /** One sentence: what is wrong with it. */
  readonly what: string
  readonly find: string
  readonly replace: string
}

export interface Seen {
  /** Path of the test file that fails with the fault. */
  readonly seenBy: string
  /** Part of the full name of the one test to run; without it, all of the file run up to the first failure. */
  readonly test?: string
}

/** Nobody can observe the fault. */
export interface Answered {
  /** Why: "changes nothing that anybody can observe, because …". */
  readonly answered: string
}

export function isSeen(fault: Fault): fault is Edit & Seen {
  return !isAnswered(fault)
}

export function isAnswered(fault: Fault): fault is Edit & Answered {
  return 'answered' in fault
}

/** A part of the code whose faults are tried together. */
export interface Room {
  /** Folders and files of its tests, from the root of the tree. */
  readonly tests: readonly string[]
  readonly faults: readonly Fault[]
}

/** A fault with its name, such as `capacity/3`: its place in the list of its room, from 1. */
export interface NamedFault {
  readonly name: string
  readonly room: string
  readonly fault: Fault
}
