/**
 * A process that opens streams and keeps them: `node hold-streams.ts URL CHANNEL COUNT`. Writes a line
 * once all have received an event.
 */
import { waitForAll, openStreams } from './many-streams.ts'

const [url = '', channel = '', count = ''] = process.argv.slice(2)
const guests = await openStreams(url, channel, Number(count))
process.stdout.write('open\n')
await waitForAll(guests, 'for everyone')
process.stdout.write('received\n')
