// Checks an input that has been read against what its schema alone does not say: that a count is a whole number of 32 bits.

import type { NormalizedSchema } from '@smithy/core/schema'
import { ApiFault } from './fault.ts'
import type { Service } from './service.ts'

/** Throws the fault of the first value beneath `path` that is not as it must be. */
type Check = (value: unknown, path: string, service: Service) => void

/** Throws the service's own refusal of an input in which a value cannot be what it is for. */
export function checkInput(input: object, schema: NormalizedSchema, service: Service): void {
  if (!schema.isUnitSchema()) structureCheck(schema)(input, '', service)
}

/** By the structure: what is to be looked at in it is found once. */
const known = new WeakMap<object, Check>()

function structureCheck(schema: NormalizedSchema): Check {
  const made = known.get(schema.getSchema() as object)
  if (made !== undefined) return made
  let members: readonly (readonly [name: string, check: Check])[] | undefined
  const check: Check = (value, path, service) => {
    members ??= [...schema.structIterator()].flatMap(([name, member]) => {
      const check = memberCheck(name, member)
      return check === undefined ? [] : [[name, check] as const]
    })
    for (const [name, check] of members) {
      const given = (value as Record<string, unknown>)[name]
      if (given !== undefined && given !== null) check(given, path === '' ? name : `${path}.${name}`, service)
    }
  }
  known.set(schema.getSchema() as object, check)
  return check
}

/** Undefined where nothing can be wrong. */
function memberCheck(name: string, schema: NormalizedSchema): Check | undefined {
  if (schema.isStructSchema()) return structureCheck(schema)
  if (schema.isListSchema() || schema.isMapSchema()) return itemsCheck(name, schema)
  if (!schema.isNumericSchema() && !schema.isBigIntegerSchema()) return undefined
  return fractions.has(name) ? finite : whole
}

function itemsCheck(name: string, schema: NormalizedSchema): Check | undefined {
  const check = memberCheck(name, schema.getValueSchema())
  if (check === undefined) return undefined
  const isList = schema.isListSchema()
  return (value, path, service) => {
    for (const [key, item] of Object.entries(value as object)) check(item, `${path}.${isList ? Number(key) + 1 : key}`, service)
  }
}

/** The SDK's schemas have one kind of number; these are the members that the services' models give a fraction. */
const fractions = new Set(['Counts', 'Max', 'Maximum', 'Min', 'Minimum', 'SampleCount', 'Sum', 'Threshold', 'Value', 'Values'])

const finite: Check = (value, path, service) => {
  if (!Number.isFinite(value)) throw invalid(value, path, 'a number', service)
}

const whole: Check = (value, path, service) => {
  if (Number.isInteger(value) && Math.abs(value as number) < 2 ** 31) return
  throw invalid(value, path, 'a whole number of 32 bits', service)
}

function invalid(value: unknown, path: string, wanted: string, { faultFamily }: Service): ApiFault {
  const code =
    faultFamily === 'ec2' ? 'InvalidParameterValue' : faultFamily === 'query' ? 'ValidationError' : 'ValidationException'
  return new ApiFault(code, `Value (${value}) for parameter ${path} is invalid. It must be ${wanted}.`)
}
