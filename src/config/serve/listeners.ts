import { address } from '../kinds/address.ts'
import { path } from '../kinds/choices-and-paths.ts'
import type { SettingRow } from '../setting.ts'

export const LISTENERS = {
  LISTEN: {
    kind: address(),
    default: '127.0.0.1:8080',
    doc:
      'Where clients connect. Port 0 picks a free one; the log line `listening` names it. ' +
      'Anywhere but on a loopback address the service starts only once `RUNNEL_AUTH` is set.',
  },
  ADMIN_LISTEN: {
    kind: address(),
    default: '127.0.0.1:9090',
    doc:
      'Where metrics, health, `/snapshot`, `/drain` and `/shed` answer. Never route clients to it: ' +
      'every client that reaches it can read all of these without credentials.',
  },
  ADMIN_TOKEN_FILE: {
    kind: path(),
    doc:
      'File with the bearer token that `/drain` and `/shed` ask for, at most 4 KiB. It is read for each ' +
      'request, so that a rotated token needs no restart. While it is missing or blank, they answer on a ' +
      'loopback address only.',
  },
} as const satisfies Record<string, SettingRow>
