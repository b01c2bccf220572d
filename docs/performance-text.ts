/** What docs/performance.md says besides its tables. */

export const OPENING = `# Performance

\`\`\`sh
make bench                                   # all, about half an hour
make bench ARGS="--only paced,idle --rounds 5"
make bench ARGS=--record && make docs        # renews this page; needs all contenders
\`\`\`

The benchmark compares Runnel with what one would use in its place, under the same load:

- **nchan**, a module of nginx, from Debian: one worker, the newest 1,000 messages of a channel in its memory.
- **Mercure**, with its transport \`local\`, which keeps no history and writes no file. It is under the AGPL, so it is
  built for the comparison from its Go module, and shipped nowhere.
- **node:http**: a \`Set\` of responses and \`res.write\` for each. No history, no resume, no bounds, no heartbeats.
- **C, send()**: epoll and one \`send\` for each subscriber and event, a page of C (\`bench/contenders/send-loop.c\`). It
  does nothing else, so it shows what the kernel costs.

Runnel is compiled first, and runs as in its image: the same program with the same flags of Node, and its defaults, log
lines included. \`node:http\` has the same flags. Servers are pinned to core 0, the load to core 1: one driver of the
[load test](../loadtest/README.md), which parses each event of each subscriber and compares it with what was published.
The CPU of a server is that of all its threads and processes.

How a service stands a load on your machine, and what it loses in failures, is another question: \`make loadtest\`.

## How to read the figures

- **A ratio says more than a figure**, which depends on the machine and its other work. The contenders take turns in each
  round, and each round has ratios of its own.
- **"Runnel ÷ it"** over 1 is good for deliveries per CPU-second, of which more are better. For memory, CPU and times it is
  good under 1.
- **A target**, such as "≥ 1.15: met", is an aim of the project, and is shown whether it is met or not.
- **No figures** of a contender in a row: a single delivery was missing, repeated or out of order, or the server did not keep
  up with the rate. A contender that could not be built or started is named as left out.`

/** What each row is for, by its name. */
export const ROW_TEXTS: Readonly<Record<string, string>> = {
  paced: `Each event wakes the server and every reader. Most of the time goes into one system call \`send\` for each
subscriber and event, which all contenders need. Each event also costs its publish, which has figures of its own.`,
  saturated: `Events come faster than they can be delivered one by one, so that a server which writes several at once does
more with a core. Runnel writes all events of a turn of the event loop at once.`,
  'channels-1000x1': 'As many publishes as deliveries: it shows what a publish costs.',
  'channels-100x100': 'As with the rooms of a chat: each event is for a few.',
  idle: 'What a stream costs to which nothing happens.',
  opening: `The front door. Opening a stream includes, in Runnel, checking the query and the cursor, finding the start
position, the opening block and a log line; closing it, another log line.`,
  'reconnect-storm': 'All streams are gone at once, as after a restart of a proxy.',
  backlog: `Pods were replaced, or a network was away, and everybody comes back for what was missed. Runnel reads its log once
for all of them, and encodes an event once.`,
  health: 'How long a large fan-out keeps a server from anything else.',
  redis: `What the log in Redis costs a process, which is what a pod runs: one that has a core for itself, and each of three
that share one. Redis itself runs beside the load, and its CPU is not counted.`,
  'flush-interval': `\`RUNNEL_FLUSH_INTERVAL\` collects the events of a channel for so long, and writes them at once. It is
for subscribers that can wait, since latency grows with it.`,
}

/** Found by profiles of the processes under the load of the benchmark (perf record, --cpu-prof, strace -c). */
export const REASONS = `## Why targets are missed

- **nchan and C with 1,000 subscribers and 50 events/s.** Each event costs one system call for each subscriber, in all
  contenders. Above it Runnel has the stream layer of Node, which makes a request object for each write and runs in a
  binding; a loop in C has nothing there. The code of Runnel itself is a few percent of the row. What else can be saved is
  the publish: fifty times its cost at 50/s, in a process whose caches the deliveries before it have filled. Where
  subscribers can wait, \`RUNNEL_FLUSH_INTERVAL\` makes fewer writes.
- **nchan when saturated.** The load parses and checks each event, and its core is full before that of Runnel is ("CPU used").
  A server that is not full itself finds fewer events to write at once.
- **The log in Redis against the log in memory.** Each process gets a notification of each event on another connection,
  and parses it; the one that has the publish also sends it to Redis and waits for the answer. With few events a second
  that code has left the caches of the core until the next one, and the rest of an event is mostly system calls.`

export const OTHERS = `## Where the time goes

\`\`\`sh
make bench ARGS="--only opening --contenders runnel,node-http --rounds 1 --profile build/profiles"
\`\`\`

writes a CPU profile of each server that runs on Node, which Chromium's developer tools and most editors open, and
tells on standard error which functions took most time themselves. A profile goes from the start of a server to its
end, the warm-up included. Sampling costs time, so these figures are not for comparison, and \`--record\` refuses them.

## Other benchmarks

\`--record\` also writes the figures that [sizing](scaling.md#how-to-size-a-fleet) computes with to \`docs/figures.json\`.
\`npm run bench:append\`, \`bench:notify\` and \`bench:redis-memory\` do the same for Redis. \`bench:telemetry\` measures what metrics and traces
cost, \`loadtest:cost\` what a driver of the load test costs.

### The Redis log

\`\`\`sh
npm run bench:append
\`\`\`

This benchmark appends 200-byte events, 64 at a time, through the script of the Redis log, and through a plain
\`XADD\` and \`SPUBLISH\`, which keep no offsets, epochs, keys or bounds by age and bytes. Appends that a process makes within
one turn of its event loop share a command, and those to one channel a notification as well, so that many cost little
more than one. A channel of its own costs its append a read and a write of the channel's metadata, and what a command
inside a script costs. One that shares its turn with no other takes about 40 µs. Medians of 5 rounds on the
same machine with Redis 7.0.15, whose cores other work shared, so that the rates are of little worth:

| Appends                                                       | Script           | XADD + SPUBLISH  | Ratio            |
| ------------------------------------------------------------- | ---------------- | ---------------- | ---------------- |
| all to one channel, per second, thousand                      | 51.6 (39.2–74.7) | 40.6 (30.1–49.4) | 1.43 (1.08–1.71) |
| all to one channel, CPU of the server for each, µs            | 6.7 (6.0–8.4)    | 8.7 (6.4–15.4)   | 0.86 (0.54–0.96) |
| each to a channel of its own, per second, thousand            | 14.2 (11.6–18.5) | 27.5 (25.5–38.8) | 0.48 (0.42–0.59) |
| each to a channel of its own, CPU of the server for each, µs  | 25.4 (23.0–27.8) | 10.7 (9.1–12.4)  | 2.51 (2.05–2.75) |

When 5,000 clients resume at once, each 500 events behind, one process reads the log once for all of them,
with 8 calls of \`XRANGE\` as the server counts them (\`make test ARGS=test/faults/reconnect-storm.test.ts\`; 3.1
s in one run).

[redis.md](redis.md#how-much-memory) has the memory that channels and events take on the server.`
