import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { holdsCertificate, holdsPrivateKey } from './pem.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PKCS8 = privateKey.export({ type: 'pkcs8', format: 'pem' })
const PKCS1 = privateKey.export({ type: 'pkcs1', format: 'pem' })
const LOCK = { cipher: 'aes-256-cbc', passphrase: 'sesame', format: 'pem' } as const

test.each([
  ['PKCS #8', PKCS8, true],
  ['PKCS #1', PKCS1, true],
  ['PKCS #1 with the line ends of Windows', String(PKCS1).replaceAll('\n', '\r\n'), true],
  ['PKCS #8 with a passphrase', privateKey.export({ ...LOCK, type: 'pkcs8' }), false],
  ['PKCS #1 with a passphrase', privateKey.export({ ...LOCK, type: 'pkcs1' }), false],
  ['a certificate', '-----BEGIN CERTIFICATE-----\n', false],
  ['nothing', '', false],
])('a private key in %s: %s', (_name, text, isUsable) => {
  expect(holdsPrivateKey(Buffer.from(text))).toBe(isUsable)
})

test('a certificate may stand anywhere in the file', () => {
  expect(holdsCertificate(Buffer.from('of the authority\n-----BEGIN CERTIFICATE-----\n'))).toBe(
    true,
  )
  expect(holdsCertificate(Buffer.from(PKCS8))).toBe(false)
})
