/** Loaded into a service before it starts (`--import`): each second it writes what it takes as a log line. */
setInterval(() => {
  const { heapUsed, rss } = process.memoryUsage()
  process.stdout.write(`${JSON.stringify({ msg: 'sample', heapUsed, rss })}\n`)
}, 1_000).unref()
