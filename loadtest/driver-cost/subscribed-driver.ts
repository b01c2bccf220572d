import { Driver } from '../driver/driver.ts'
import { RUN_ID } from './loads.ts'

/** A driver with so many open streams. */
export async function subscribeDriver(
  url: string,
  channel: string,
  count: number,
): Promise<Driver> {
  const headers = {}
  const address = {
    dialect: 'runnel',
    url,
    publishUrl: url,
    headers,
    publishHeaders: headers,
  } as const
  const driver = await Driver.prepare({
    kind: 'prepare',
    address: { ...address, connectTo: [] },
    channels: [channel],
    runId: RUN_ID,
    driver: 0,
  })
  driver.start()
  const options = { count, kind: 'stream', reading: { kind: 'at-once' }, from: 'latest' } as const
  await driver.carryOut({ kind: 'subscribe', options }, AbortSignal.timeout(60_000))
  return driver
}
