import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { passTurns } from '../../../test/support/clients/hub-client.ts'
import { limitBodyTime } from './body-timeout.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** A request whose body is still to come. */
function newRequest(): IncomingMessage {
  const request = Object.assign(new EventEmitter(), {
    headers: { 'content-length': '5' },
    complete: false,
    socket: new EventEmitter(),
  })
  return request as unknown as IncomingMessage
}

async function startTimer(request: IncomingMessage): Promise<void> {
  limitBodyTime(request, 15_000)
  await passTurns()
  expect(vi.getTimerCount()).toBe(1)
}

test('no timer outlives its request', async () => {
  const request = newRequest()
  await startTimer(request)
  request.emit('close')
  expect(vi.getTimerCount()).toBe(0)
  expect(request.socket.listenerCount('close')).toBe(0)
})

test('no timer outlives the connection of a request that was answered before its body came', async () => {
  const request = newRequest()
  await startTimer(request)
  request.socket.emit('close')
  expect(vi.getTimerCount()).toBe(0)
  expect(request.listenerCount('close')).toBe(0)
})
