import type { FaultName } from '../target/target.ts'
import type { LoadTest } from './scenario.ts'

/** Of the seconds of a run, those before the fault. */
const SHARE_BEFORE = 1 / 3

/** Subscribes, and publishes steadily before a fault, while it lasts, and after it. */
export async function publishThrough(test: LoadTest, fault: FaultName): Promise<void> {
  const before = test.amounts.seconds * SHARE_BEFORE
  await test.phase('subscribe', async () => test.subscribe())
  await test.publishWhile(async () => {
    await test.phase('before', async () => test.sleep(before))
    await test.phase(fault, async () => test.fault(fault))
    await test.phase('after', async () => test.sleep(test.amounts.seconds - before))
  })
}
