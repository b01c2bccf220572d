import type { Contender } from './contender.ts'
import { MERCURE } from './mercure.ts'
import { NCHAN } from './nchan.ts'
import { NODE_HTTP } from './node-http.ts'
import { RUNNEL } from './runnel.ts'
import { SEND_LOOP } from './send-loop.ts'

/** Runnel first, which the others are compared with. */
export const ALL_CONTENDERS: readonly Contender[] = [RUNNEL, NCHAN, MERCURE, NODE_HTTP, SEND_LOOP]
