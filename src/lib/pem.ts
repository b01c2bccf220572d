import { createPrivateKey, X509Certificate } from 'node:crypto'

const BLOCK = /^-----BEGIN ([\w ]+)-----$[^]*?^-----END \1-----\s*$/gm

/**
 * Whether a PEM file holds certificates, all of them whole, with any text around them. OpenSSL says nothing of
 * authorities that it cannot read, and does without them.
 */
export function holdsCertificates(file: Buffer): boolean {
  const text = file.toString('latin1').replaceAll('\r\n', '\n')
  const certificates = [...text.matchAll(BLOCK)].filter(([, label]) =>
    label!.endsWith('CERTIFICATE'),
  )
  return (
    certificates.length > 0 &&
    !isCut(text.replaceAll(BLOCK, '')) &&
    certificates.every(([block]) => succeeds(() => new X509Certificate(block)))
  )
}

/** Whether a PEM file holds a private key that can be used without a passphrase. */
export function holdsPrivateKey(file: Buffer): boolean {
  return succeeds(() => createPrivateKey(file))
}

/** Whether what stands around whole blocks has the beginning of another one, which may itself be cut. */
function isCut(text: string): boolean {
  return /-----BEGIN|(?:^|\n)-[^\n]*$/.test(text)
}

function succeeds(parse: () => unknown): boolean {
  try {
    parse()
    return true
  } catch {
    return false
  }
}
