import type { Amounts } from '../amounts.ts'
import { ALL_CONTENDERS } from '../contenders/all-contenders.ts'
import type { Prepared } from '../contenders/contender.ts'
import { Load } from '../load.ts'
import type { Row, Values } from './row.ts'

const STREAMS = 3_000

/** What a server must do at once that has lost all its streams. */
export const RECONNECT_STORM: Row = {
  name: 'reconnect-storm',
  title: '3,000 streams of one channel are cut at once, and all come back',
  note:
    'A stream comes back after the wait that its server asked for, else after 3 s, as EventSource does. Runnel draws ' +
    'the wait of each stream from 1.5 to 4.5 s, so that its streams come spread over 3 s, and those of the others at once.',
  contenders: ALL_CONTENDERS,
  comparison: 'first ÷ other',
  figures: [
    { key: 'cpu', name: 'CPU for each stream', unit: 'µs', digits: 0, targets: [] },
    { key: 'seconds', name: 'from the cut to the last stream', unit: 's', digits: 1, targets: [] },
    {
      key: 'connectP99',
      name: 'from the first attempt to the head, p99',
      unit: 'ms',
      digits: 0,
      targets: [],
    },
  ],
  measure: async (prepared, amounts) => measureStorm(prepared, amounts),
}

async function measureStorm({ start }: Prepared, amounts: Amounts): Promise<Values> {
  await using server = await start()
  await using load = await Load.start(server, 1, amounts)
  await load.rehearse(amounts.rehearsed)
  await load.subscribe(STREAMS)
  const before = server.cpuTime()
  const { seconds, connectP99 } = await load.cutAll()
  const used = server.cpuTime() - before
  // An event to each proves that all are back.
  await load.run(async () => load.publishAtOnce(1))
  return { cpu: (used * 1e6) / STREAMS, seconds, connectP99 }
}
