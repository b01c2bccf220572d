/** Whether a PEM file holds a certificate. */
export function holdsCertificate(file: Buffer): boolean {
  return file.includes('-----BEGIN CERTIFICATE-----')
}

/** Whether a PEM file holds a private key that can be used without a passphrase. */
export function holdsPrivateKey(file: Buffer): boolean {
  return /-----BEGIN (?:(?!ENCRYPTED )\w+ )?PRIVATE KEY-----(?!\r?\nProc-Type: 4,ENCRYPTED)/.test(
    file.toString('latin1'),
  )
}
