import { expect, test } from 'vitest'
import { z } from 'zod'
import { withRules } from '../rule.ts'
import { structuralSchema } from './structural-schema.ts'

test('an object refuses no fields, since the API server wants to drop unknown ones itself', () => {
  expect(structuralSchema(z.strictObject({ name: z.string().max(9) }))).toEqual({
    type: 'object',
    properties: { name: { type: 'string', maxLength: 9 } },
    required: ['name'],
  })
})

test('a literal is an enum of one value', () => {
  expect(structuralSchema(z.literal('Deployment'))).toEqual({
    type: 'string',
    enum: ['Deployment'],
  })
})

test('an object defaults to the defaults of its fields, which are optional', () => {
  const scaleDown = z.strictObject({ percent: z.int().min(1).max(100).default(25) })
  const scaling = z.strictObject({ scaleDown: scaleDown.prefault({}) })

  expect(structuralSchema(z.strictObject({ scaling: scaling.prefault({}) }))).toMatchObject({
    properties: {
      scaling: {
        default: { scaleDown: { percent: 25 } },
        properties: { scaleDown: { default: { percent: 25 } } },
      },
    },
  })
  expect(JSON.stringify(structuralSchema(scaling))).not.toContain('required')
})

test('a description says the default', () => {
  expect(structuralSchema(z.string().describe('Time to wait.').default('3s'))).toEqual({
    type: 'string',
    description: 'Time to wait. Default: 3s.',
    default: '3s',
  })
})

test('rules are written with their message and field', () => {
  const range = z.strictObject({ least: z.int(), most: z.int() })
  const schema = structuralSchema(
    withRules(range, [
      {
        cel: 'self.least <= self.most',
        holds: ({ least, most }) => least <= most,
        message: 'lower least',
        field: ['least'],
      },
    ]),
  )

  expect(schema['x-kubernetes-validations']).toEqual([
    { rule: 'self.least <= self.most', message: 'lower least', fieldPath: '.least' },
  ])
})

test.for([
  z.union([z.string(), z.strictObject({})]),
  z.record(z.string(), z.string()),
  z.int().gt(0),
] as const)('what a CRD cannot have is refused', (document) => {
  expect(() => structuralSchema(document)).toThrow(/^expected keywords that a CRD may have, got /)
})
