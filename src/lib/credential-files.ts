import { holdsCertificates, holdsPrivateKey } from './pem.ts'

/** In bytes: several times the size of a system's bundle of trusted authorities. */
export const LONGEST_CREDENTIAL_FILE = 1024 * 1024

/** What the files hold, in words, and whether a content is that. */
export const PASSWORD = {
  form: 'a password',
  isRight: ({ length }: Buffer) => length > 0,
} as const

export const CERTIFICATES = {
  form: 'PEM certificates, all of them whole',
  isRight: holdsCertificates,
} as const

export const PRIVATE_KEY = {
  form: 'a PEM private key without a passphrase',
  isRight: holdsPrivateKey,
} as const
