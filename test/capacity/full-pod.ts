import { expect } from 'vitest'
import { beside, ROOMY } from '../support/other-pods.ts'
import { eventually } from '../support/eventually.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { startTestService, type TestService } from '../support/service.ts'

/** A service of one slot beside a roomy one, and the stream that takes it. */
export async function startFullPod(
  open = beside(ROOMY),
): Promise<{ service: TestService; guest: EventStream } & AsyncDisposable> {
  const service = await startTestService({ 'max-streams': '1' }, open)
  const guest = await EventStream.open(`${service.url}/stream/other`)
  await guest.event('runnel.open')
  return {
    service,
    guest,
    async [Symbol.asyncDispose]() {
      await guest[Symbol.asyncDispose]()
      await service[Symbol.asyncDispose]()
    },
  }
}

export async function leave(service: TestService, guest: EventStream): Promise<void> {
  await guest[Symbol.asyncDispose]()
  await eventually(() => expect(service.snapshot().subscribers).toBe(0))
}
