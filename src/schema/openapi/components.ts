/** The documents as JSON Schema, under their names in the OpenAPI document. */
import { z } from 'zod'
import { capacityDocument } from '../capacity-status.ts'
import { drainAnswer, shedAnswer, shedBody } from '../drain-and-shed.ts'
import { envelopeDocument } from '../envelope.ts'
import { healthDocument } from '../health.ts'
import { pollDocument, polledEventDocument } from '../poll.ts'
import { problemDocument } from '../problem.ts'
import { newEventDocument, publishDocument, unconfirmedPublishDocument } from '../publish.ts'
import { snapshotDocument } from '../snapshot.ts'
import {
  drainDocument,
  expireDocument,
  faultDocument,
  fullDocument,
  gapDocument,
  openDocument,
  pingDocument,
} from '../system-events.ts'
import { channelName, cursor, eventName, position, time } from '../values.ts'

const COMPONENTS: Readonly<Record<string, z.ZodType>> = {
  ChannelName: channelName,
  EventName: eventName,
  Position: position,
  Cursor: cursor,
  Time: time,
  NewEvent: newEventDocument,
  PublishAnswer: publishDocument,
  UnconfirmedPublishAnswer: unconfirmedPublishDocument,
  PollAnswer: pollDocument,
  PolledEvent: polledEventDocument,
  Envelope: envelopeDocument,
  Open: openDocument,
  Gap: gapDocument,
  Full: fullDocument,
  Drain: drainDocument,
  Expire: expireDocument,
  Fault: faultDocument,
  Ping: pingDocument,
  CapacityStatus: capacityDocument,
  Health: healthDocument,
  Problem: problemDocument,
  Snapshot: snapshotDocument,
  ShedBody: shedBody,
  ShedAnswer: shedAnswer,
  DrainAnswer: drainAnswer,
}

const registry = z.registry<{ id: string }>()
for (const [id, document] of Object.entries(COMPONENTS)) registry.add(document, { id })

export type JsonSchema = Readonly<Record<string, unknown>>

/** `components.schemas`. */
export function componentSchemas(): Readonly<Record<string, JsonSchema>> {
  // As input, fields with a default are optional, which is right for requests; no answer has a default.
  const { schemas } = z.toJSONSchema(registry, { uri: pathOf, io: 'input' })
  // `$schema` and `$id` are left out: the OpenAPI document sets the dialect, and the key is the name.
  const entries = Object.entries(schemas).map(
    ([id, { $schema: _dialect, $id: _name, ...schema }]) => [id, schema],
  )
  return Object.fromEntries(entries)
}

/** A reference for a document that is a component; any other schema in place. */
export function schemaOf(document: z.ZodType): JsonSchema {
  const id = registry.get(document)?.id
  if (id !== undefined) return { $ref: pathOf(id) }
  const { $schema: _dialect, ...schema } = z.toJSONSchema(document, { io: 'input' })
  return schema
}

/** The `content` of a JSON body. */
export function json(document: z.ZodType): Readonly<Record<string, unknown>> {
  return { 'application/json': { schema: schemaOf(document) } }
}

function pathOf(id: string): string {
  return `#/components/schemas/${id}`
}
