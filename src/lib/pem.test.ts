import { generateKeyPairSync } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { holdsCertificates, holdsPrivateKey } from './pem.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PKCS8 = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
const PKCS1 = String(privateKey.export({ type: 'pkcs1', format: 'pem' }))
const LOCK = { cipher: 'aes-256-cbc', passphrase: 'sesame', format: 'pem' } as const
const [FIRST, SECOND] = rootCertificates.map((certificate) => `${certificate.trim()}\n`)

test.each([
  ['PKCS #8', PKCS8, true],
  ['PKCS #1', PKCS1, true],
  ['PKCS #1 with the line ends of Windows', PKCS1.replaceAll('\n', '\r\n'), true],
  ['PKCS #8 behind a certificate', `${FIRST}${PKCS8}`, true],
  ['PKCS #8 with a passphrase', privateKey.export({ ...LOCK, type: 'pkcs8' }), false],
  ['PKCS #1 with a passphrase', privateKey.export({ ...LOCK, type: 'pkcs1' }), false],
  ['PKCS #8, of which half is there', PKCS8.slice(0, 800), false],
  ['a certificate', FIRST!, false],
  ['nothing', '', false],
])('a private key in %s: %s', (_name, text, isUsable) => {
  expect(holdsPrivateKey(Buffer.from(text))).toBe(isUsable)
})

describe('certificates', () => {
  test.each([
    ['one', FIRST!, true],
    ['without a line feed at the end', FIRST!.trim(), true],
    ['with the line ends of Windows', FIRST!.replaceAll('\n', '\r\n'), true],
    ['between other text', `# An authority\n${FIRST!}==========\n${SECOND!}the end`, true],
    ['beside a private key', `${PKCS8}${FIRST!}`, true],
    ['garbage alone', '-----BEGIN CERTIFICATE-----\nxxxx\n-----END CERTIFICATE-----\n', false],
    [
      'garbage behind a certificate',
      `${FIRST!}-----BEGIN CERTIFICATE-----\nxxxx\n-----END CERTIFICATE-----\n`,
      false,
    ],
    ['without its end, before another', `${FIRST!.slice(0, -40)}\n${SECOND!}`, false],
    ['indented, so that OpenSSL does not see it', FIRST!.replaceAll(/^/gm, '  '), false],
    ['a private key', PKCS8, false],
    ['nothing', '', false],
  ])('%s: %s', (_name, text, isUsable) => {
    expect(holdsCertificates(Buffer.from(text))).toBe(isUsable)
  })

  test('a bundle of the system is right', () => {
    const bundle = Buffer.from(rootCertificates.join('\n'))
    expect(holdsCertificates(bundle)).toBe(true)
  })

  test('a bundle that is cut anywhere is not right, except behind a whole certificate', () => {
    const bundle = Buffer.from(`${FIRST!}${SECOND!}`)
    const rightLengths = [...bundle.keys(), bundle.length].filter((length) =>
      holdsCertificates(bundle.subarray(0, length)),
    )
    const ends = [FIRST!.length, bundle.length]
    expect(rightLengths).toEqual(ends.flatMap((end) => [end - 1, end]))
  })
})
