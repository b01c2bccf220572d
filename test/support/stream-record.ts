import type { RequestRecord, StreamRecord } from '../../src/hub/hub-observer.ts'

export function requestRecord(fields: Partial<RequestRecord> = {}): RequestRecord {
  return {
    principal: '',
    address: '192.0.2.1',
    requestedAt: performance.now(),
    trace: undefined,
    span: undefined,
    ...fields,
  }
}

/** The record of a stream that has opened and has read nothing. */
export function streamRecord(fields: Partial<StreamRecord> = {}): StreamRecord {
  return {
    id: 'aaaaaaaaaaaaaaaa',
    request: requestRecord(),
    channels: ['orders'],
    openedAt: performance.now(),
    resume: 'none',
    events: 0,
    bytes: 0,
    lastId: 'epoch000-4',
    ...fields,
  }
}
