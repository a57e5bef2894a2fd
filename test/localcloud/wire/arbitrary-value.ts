// Values of any shape a service's schema describes, for round trips.

import type { NormalizedSchema } from '@smithy/core/schema'
import fc from 'fast-check'

/** Text with what XML, JSON and forms must escape; no white space at the ends, which XML readers trim. */
const text = fc
  .string({ unit: fc.constantFrom(...'aZ09-_.~!*\'()<>&"%+=;,/\\ ', 'é', '漢', '🐑'), minLength: 1, maxLength: 12 })
  .map((value) => value.trim() || 'x')

/** Milliseconds survive every protocol. */
const instant = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1_000 + 123))

export function valueFor(schema: NormalizedSchema, depth = 4): fc.Arbitrary<unknown> {
  if (schema.isListSchema()) return listOf(schema, depth)
  if (schema.isMapSchema())
    return fc.dictionary(text, valueFor(schema.getValueSchema(), depth - 1), { minKeys: 1, maxKeys: 2, noNullPrototype: true })
  if (schema.isStructSchema()) return structureOf(schema, depth)
  if (schema.isBooleanSchema()) return fc.boolean()
  if (schema.isNumericSchema() || schema.isBigIntegerSchema()) return fc.integer({ min: -2_000_000_000, max: 2_000_000_000 })
  if (schema.isTimestampSchema()) return instant
  if (schema.isBlobSchema()) return fc.uint8Array({ minLength: 1, maxLength: 20 })
  return text
}

function listOf(schema: NormalizedSchema, depth: number): fc.Arbitrary<unknown> {
  return fc.array(valueFor(schema.getValueSchema(), depth - 1), { minLength: 1, maxLength: 2 })
}

function structureOf(schema: NormalizedSchema, depth: number): fc.Arbitrary<unknown> {
  if (schema.isUnionSchema()) return unionOf(schema, depth)
  const members = [...schema.structIterator()].filter(([, member]) => depth > 1 || isSimple(member))
  const arbitraries = members.map(([name, member]) => {
    const value = valueFor(member, depth - 1)
    // The client makes up a token that is missing, which would not be equal to nothing, and a path needs its labels.
    const isNeeded = member.isIdempotencyToken() || 'httpLabel' in member.getMergedTraits()
    return [name, isNeeded ? value : fc.option(value, { nil: undefined, freq: 1 })] as const
  })
  return fc.record(Object.fromEntries(arbitraries))
}

/** One member is set in a union. */
function unionOf(schema: NormalizedSchema, depth: number): fc.Arbitrary<unknown> {
  return fc.oneof(
    ...[...schema.structIterator()].map(([name, member]) => valueFor(member, depth - 1).map((value) => ({ [name]: value }))),
  )
}

function isSimple(schema: NormalizedSchema): boolean {
  return !schema.isListSchema() && !schema.isMapSchema() && !schema.isStructSchema()
}

/** Without members that say nothing: undefined, empty lists and empty structures are the same on most wires. */
export function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => compact(item) ?? {})
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).flatMap(([key, member]) => {
    const kept = compact(member)
    return kept === undefined ? [] : [[key, kept]]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
