/** What docs/performance.md says besides its tables. */

export const OPENING = `# Performance

\`\`\`sh
make bench                                   # all, about twenty minutes
make bench ARGS="--only paced,idle --rounds 5"
npm run bench -- --record && npm run docs    # renews this page
\`\`\`

The benchmark compares Runnel with what one would use in its place, under the same load:

- **nchan**, a module of nginx, from Debian: one worker, the newest 100 messages of a channel in its memory.
- **Mercure**, with its transport \`local\`, which keeps no history and writes no file. It is under the AGPL, so it is
  built for the comparison from its Go module, and shipped nowhere.
- **node:http**: a \`Set\` of responses and \`res.write\` for each. No history, no resume, no bounds, no heartbeats.
- **C, send()**: epoll and one \`send\` for each subscriber and event, a page of C (\`bench/contenders/send-loop.c\`). It
  does nothing else, so it shows what the kernel costs.

Runnel runs with its defaults, log lines included, and the flags of Node that its image has; \`node:http\` has the same
flags. Servers are pinned to core 0, the load to core 1: one
driver of the load test (\`loadtest/driver/\`), which parses each event of each subscriber and compares it with what was
published. The CPU of a server is that of all its threads and processes.

The contenders take turns in each round, and each round has ratios of its own. If a single delivery is missing, repeated
or out of order, that row has no figures of the contender; the same holds for a rate that it could not keep up with. A
contender that cannot be built or started is named below.`

export const READING = `Quote the ratios, not the figures: they depend on the machine, and its other work. At 50 events/s most of the time
goes into one system call \`send\` for each subscriber and event, which all contenders need, and into waking the reader.
Each event also costs its publish, which has figures of its own.
When saturated, Runnel writes all events of a turn of the event loop at once. Opening a stream includes Koa, the
hand-over of the socket, finding the start position and a log line. So spread reconnects, as \`retry:\` and drain do: the
wait of Runnel's streams is drawn from 1.5 to 4.5 s by default, while those of servers that name none all come back after
3 s. Three processes on one Redis share core 0; Redis itself runs beside the load, and its CPU is not counted.`

export const OTHERS = `\`--record\` also writes the figures that [sizing](scaling.md#how-to-size-a-fleet) computes with to \`docs/figures.json\`.
\`bench:append\`, \`bench:notify\` and \`bench:redis-memory\` do the same for Redis. \`bench:telemetry\` measures what metrics and
traces cost.

## The Redis log

\`\`\`sh
npm run bench:append
\`\`\`

This benchmark appends 200-byte events, 64 at a time, through the script of the Redis log, and through a plain
\`XADD\` and \`SPUBLISH\`, which keep no offsets, epochs, keys or bounds by age and bytes. The figures are medians
of 5 rounds on the same machine with Redis 7.0.15; client and server share its cores:

| Appends                        | Script           | XADD + SPUBLISH  | Ratio            |
| ------------------------------ | ---------------- | ---------------- | ---------------- |
| per second, thousand           | 43.7 (41.7–46.0) | 86.7 (82.9–88.9) | 0.50 (0.49–0.56) |
| CPU of the server for each, µs | 21.7 (21.2–22.0) | 7.9 (7.7–8.0)    | 2.77 (2.65–2.80) |

When 5,000 clients resume at once, each 500 events behind, one process reads the log once for all of them,
with 8 calls of \`XRANGE\` as the server counts them (\`make test ARGS=test/faults/reconnect-storm.test.ts\`; 3.1
s in one run).

[redis.md](redis.md#how-much-memory) has the memory that channels and events take on the server.`
