/** Preloaded into a service (`--import`): writes its memory as a log line each second. */
setInterval(() => {
  const { heapUsed, rss } = process.memoryUsage()
  process.stdout.write(`${JSON.stringify({ msg: 'sample', heapUsed, rss })}\n`)
}, 1_000).unref()
