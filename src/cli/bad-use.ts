/** The command line asks for what cannot be; the message says what to write instead. Exit code 2. */
export class BadUse extends Error {
  override readonly name = 'BadUse'
}
