import { expect, test } from 'vitest'
import { ResponseHeadReader } from './response-head.ts'

/** The head and the bytes after it, from the given pieces. */
function read(...pieces: readonly string[]) {
  const reader = new ResponseHeadReader()
  for (const [index, piece] of pieces.entries()) {
    const bytes = Buffer.from(piece)
    const whole = reader.push(bytes, bytes.length)
    if (whole === undefined) continue
    const rest = bytes.subarray(whole.bodyStart).toString() + pieces.slice(index + 1).join('')
    const { status, headers } = whole.head
    return { status, headers: Object.fromEntries(headers), rest }
  }
  return undefined
}

const HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-A: 1\r\nx-a:  2 \r\nX-Empty:\r\n\r\n'
const EXPECTED = {
  status: 200,
  headers: { 'content-type': 'text/event-stream', 'x-a': '1, 2', 'x-empty': '' },
  rest: 'body\r\n\r\n',
}

test('a head cut at any byte is the same head, and the rest is the body', () => {
  const text = `${HEAD}body\r\n\r\n`
  for (let cut = 0; cut <= text.length; cut++) {
    expect(read(text.slice(0, cut), text.slice(cut))).toEqual(EXPECTED)
  }
  expect(read(...text.split(''))).toEqual(EXPECTED)
})

test('an unfinished head is none', () => {
  for (let length = 0; length < HEAD.length; length++) {
    expect(read(HEAD.slice(0, length))).toBeUndefined()
  }
})

test('interim answers are passed over, wherever they are cut', () => {
  const text = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${HEAD}body\r\n\r\n`
  for (let cut = 0; cut <= text.length; cut++) {
    expect(read(text.slice(0, cut), text.slice(cut))).toEqual(EXPECTED)
  }
})

test('lines may end with LF alone, and a status needs no reason', () => {
  expect(read('HTTP/1.0 503\nRetry-After: 2\n\n')).toEqual({
    status: 503,
    headers: { 'retry-after': '2' },
    rest: '',
  })
})

test.for([
  ['SSH-2.0-OpenSSH\r\n\r\n', 'expected an answer in HTTP/1.1, got "SSH-2.0-OpenSSH"'],
  ['HTTP/2 200\r\n\r\n', 'expected an answer in HTTP/1.1'],
  ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n', 'expected a header, got "no colon"'],
  ['HTTP/1.1 200 OK\r\nA: 1\r\n folded\r\n\r\n', 'expected a header, got " folded"'],
  ['HTTP/1.1 101 Switching Protocols\r\n\r\n', 'a switch of protocols'],
] as const)('%j is an error', ([text, message]) => {
  expect(() => read(text)).toThrow(message)
})

/** A head of so many bytes. */
function headOf(length: number): string {
  const [start, end] = ['HTTP/1.1 200 OK\r\nA: ', '\r\n\r\n']
  return start + 'a'.repeat(length - start.length - end.length) + end
}

test('a head may have 64 KiB, and no byte more', () => {
  expect(read(headOf(65_536))).toMatchObject({ status: 200 })
  expect(() => read(headOf(65_537))).toThrow('at most 65536 bytes')
  expect(() => read('HTTP/1.1 200 OK\r\nA: ', 'a'.repeat(65_536))).toThrow('at most 65536 bytes')
})
