import { CERTIFICATES, PASSWORD, PRIVATE_KEY } from '../../lib/credential-files.ts'
import { file } from '../kinds/choices-and-paths.ts'
import { matchingText } from '../kinds/matching-text.ts'
import { redisUrl } from '../kinds/redis-url.ts'
import type { SettingRow } from '../setting.ts'

export const REDIS = {
  REDIS_URL: {
    kind: redisUrl(),
    doc:
      'Redis or Valkey that holds the log, so that several pods share it: `redis://host:6379`, ' +
      '`redis+sentinel://host1,host2,host3/name` or `redis+cluster://host1,host2`, with ' +
      '`user:password@` before the hosts, and `rediss` for TLS. Unset, the log is in the memory of ' +
      'this process and ends with it.',
  },
  REDIS_PREFIX: {
    kind: matchingText('1 to 64 of A-Z a-z 0-9 . _ : -', /^[\w.:-]{1,64}$/),
    default: 'runnel',
    doc:
      'Begins the names of all keys and pub/sub channels in Redis. Services that share a server, such as two ' +
      'environments, need one each: with the same prefix they are one fleet.',
  },
  REDIS_USERNAME: {
    kind: matchingText('the name of a Redis user, without spaces', /^\S{1,256}$/),
    doc: 'Redis user, in place of one in `RUNNEL_REDIS_URL`. Unset, it is `default`.',
  },
  REDIS_PASSWORD_FILE: {
    kind: file(PASSWORD),
    doc:
      'File with the password of the Redis user, in place of one in `RUNNEL_REDIS_URL`. Its bytes are the password ' +
      'as they are, a line feed at the end among them. Read anew for each connection.',
  },
  REDIS_CA_FILE: {
    kind: file(CERTIFICATES),
    doc:
      'PEM file with the authorities that sign the certificates of Redis. Unset, they are those that come with ' +
      'Node, and those of the file in `NODE_EXTRA_CA_CERTS`, but not those of the system. Read anew for each ' +
      'connection; only for `rediss`.',
  },
  REDIS_CERT_FILE: {
    kind: file(CERTIFICATES),
    doc:
      'PEM file with the certificate that is shown to a Redis which asks for one, and those between it and its ' +
      'authority. Read anew for each connection; only for `rediss`, and with `RUNNEL_REDIS_KEY_FILE`.',
  },
  REDIS_KEY_FILE: {
    kind: file(PRIVATE_KEY),
    doc: 'PEM file with the private key of the certificate in `RUNNEL_REDIS_CERT_FILE`. Read anew for each connection.',
  },
} as const satisfies Record<string, SettingRow>
