import type { Fault } from '../fault.ts'

/** Answers to polls and publishes, and what they hold. */
export const ANSWERS: readonly Fault[] = [
  {
    file: 'src/http/middleware/problems.ts',
    what: 'A problem is written behind a head that is out.',
    find: '    if (ctx.headerSent) return\n',
    replace: '',
    answered:
      'changes nothing that anybody can observe, because no handler writes a head: Koa does, after all of them.',
  },
  {
    file: 'src/http/routes/poll.ts',
    what: 'Each poll leaves a listener on the drain.',
    find: '    drain.listeners.delete(end)\n',
    replace: '',
    seenBy: 'test/poll/holding.test.ts',
    test: 'leaves nothing',
  },
  {
    file: 'src/http/routes/poll.ts',
    what: 'The timer of a poll that was answered runs on.',
    find: '    clearTimeout(timer)\n',
    replace: '',
    seenBy: 'test/poll/holding.test.ts',
    test: 'leaves nothing',
  },
  {
    file: 'src/http/middleware/close-when-draining.ts',
    what: 'A connection is kept after a publish that failed while the pod drains.',
    find: '    } finally {\n',
    replace: '    } catch (error) {\n      throw error\n    }\n    {\n',
    seenBy: 'test/capacity/drain/while-draining.test.ts',
  },
  {
    file: 'src/http/query.ts',
    what: 'Ignored names that are cut to the same are told twice.',
    find: '[...new Set(unknown.map(shorten))]',
    replace: '[...new Set(unknown)].map(shorten)',
    seenBy: 'test/stream/ignored-names.test.ts',
    test: 'is told to be ignored',
  },
  {
    file: 'src/schema/limits.ts',
    what: 'A poll may be held for a minute, which is what proxies wait.',
    find: 'POLL_WAIT = { max: 55,',
    replace: 'POLL_WAIT = { max: 60,',
    seenBy: 'test/problems/invalid-requests.test.ts',
  },
  {
    file: 'src/http/routes/poll.ts',
    what: 'A poll without a slot is held.',
    find: '    if (slot === undefined) {\n',
    replace: '    if (slot === null) {\n',
    seenBy: 'test/poll/holding.test.ts',
    test: 'beyond the limit',
  },
  {
    file: 'src/http/routes/poll.ts',
    what: 'An empty answer that found no memory asks for an immediate retry.',
    find: 'events.length + gaps.length > 0 ? 0 :',
    replace: 'events.length + gaps.length >= 0 ? 0 :',
    seenBy: 'test/poll/slow-reader.test.ts',
    test: 'waits that differ',
  },
  {
    file: 'src/http/connection/write-queue.ts',
    what: 'A connection that breaks counts as one that has taken all bytes.',
    find: '      if (error) return\n',
    replace: '      void error\n',
    seenBy: 'src/http/connection/stream-socket.test.ts',
    test: 'a write finds that the connection is broken',
  },
  {
    file: 'src/http/routes/poll.ts',
    what: 'The memory of an answer is kept after it was sent.',
    find: "    else ctx.res.once('close', answer.release)\n",
    replace: '',
    seenBy: 'test/poll/slow-reader.test.ts',
    test: 'frees its memory',
  },
]
