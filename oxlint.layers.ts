/**
 * The table of allowed imports, from which the rules of the linter are made. A folder may import itself, the entries
 * of its `imports`, and Node unless it runs anywhere. An entry that ends in a slash allows all files of the folder,
 * any other entry a single file.
 */
export interface Layer {
  readonly folder: string
  readonly imports: readonly string[]
  readonly packages?: readonly string[]
  /** Browsers load it, so Node's modules are out. */
  readonly runsAnywhere?: boolean
  /** The message for an import that breaks the rule. */
  readonly reason: string
}

/** The folders of `src`, from the bottom up. */
export const LAYERS: readonly Layer[] = [
  {
    folder: 'wire',
    imports: [],
    runsAnywhere: true,
    reason: 'wire imports nothing: browsers load it',
  },
  {
    folder: 'schema',
    imports: ['wire/limits.ts'],
    packages: ['zod'],
    runsAnywhere: true,
    reason: 'schema describes documents, and knows nothing of ours but the limits of wire',
  },
  {
    folder: 'lib',
    imports: [],
    packages: ['zod'],
    reason: 'lib knows nothing of our domain',
  },
  {
    folder: 'client',
    imports: ['wire/', 'schema/', 'lib/jitter.ts', 'lib/parse-json.ts', 'lib/pause.ts'],
    runsAnywhere: true,
    reason:
      'client may import wire, schema and what lib has for waiting and JSON: browsers load it',
  },
  {
    folder: 'telemetry',
    imports: ['lib/'],
    packages: ['pino', 'pino-pretty', '@opentelemetry/*'],
    reason: 'telemetry is handed what it reports',
  },
  {
    folder: 'config',
    imports: ['lib/', 'schema/', 'wire/limits.ts'],
    packages: ['zod'],
    reason: 'config may import lib, schema and the limits of wire',
  },
  {
    folder: 'redis',
    imports: ['lib/'],
    packages: ['ioredis', 'cluster-key-slot'],
    reason: 'redis may import lib: it knows servers and keys, and no log',
  },
  {
    folder: 'log',
    imports: ['wire/', 'lib/', 'redis/'],
    packages: ['ioredis', 'tinyqueue'],
    reason: 'log may import wire, lib and redis',
  },
  {
    folder: 'hub',
    imports: ['wire/', 'schema/', 'lib/', 'log/event-log.ts', 'log/history.ts'],
    reason: 'hub may import wire, schema, lib and the port of the log',
  },
  {
    folder: 'capacity',
    imports: ['lib/', 'redis/', 'schema/'],
    reason: 'capacity is handed counts and things to close; its fleet may be in redis',
  },
  {
    folder: 'http',
    imports: ['hub/', 'capacity/', 'schema/', 'wire/', 'lib/', 'log/event-log.ts'],
    packages: ['koa', '@koa/cors', '@koa/router', 'zod'],
    reason: 'http may import hub, capacity, schema, wire, lib and the port of the log',
  },
  {
    folder: 'service',
    imports: [
      'http/',
      'hub/',
      'log/',
      'capacity/',
      'redis/',
      'telemetry/',
      'config/',
      'schema/',
      'wire/',
      'lib/',
    ],
    packages: ['@opentelemetry/api'],
    reason: 'service wires the parts of the stream service; commands stand above it',
  },
  {
    folder: 'controller',
    imports: ['telemetry/', 'config/', 'schema/', 'lib/'],
    packages: [
      '@koa/router',
      '@kubernetes/client-node',
      '@opentelemetry/api',
      '@koa/router',
      '@peculiar/x509',
      'koa',
      'reflect-metadata',
      'undici',
      'zod',
    ],
    reason:
      'controller runs fleets from outside: it knows documents and settings, and nothing of the service',
  },
  {
    folder: 'cli',
    imports: [
      'service/',
      'controller/',
      'client/',
      'telemetry/',
      'config/',
      'schema/',
      'wire/',
      'lib/',
    ],
    packages: ['undici', 'zod'],
    reason: 'cli is commands: it reaches the parts of the service through service/ alone',
  },
]
