import { X509Certificate } from 'node:crypto'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** The certificates of a bundle, in PEM without the text around them. Unreadable ones are left out. */
export function splitCertificates(bundle: string): readonly string[] {
  return [...bundle.matchAll(CERTIFICATE)].map(([pem]) => `${pem}\n`).filter(isReadable)
}

function isReadable(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}
