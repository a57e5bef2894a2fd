// Checks an input that has been read: that what its model calls required is there, and that a count is a whole number of 32 bits, and of a page at least 1.

import type { NormalizedSchema } from '@smithy/core/schema'
import { ApiFault } from './fault.ts'
import { structureKey } from './form.ts'
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
  let members: readonly Member[] | undefined
  const check: Check = (value, path, service) => {
    members ??= membersOf(schema)
    for (const { name, ec2Key, isRequired, check } of members) {
      const given = (value as Record<string, unknown>)[name]
      const isThere = given !== undefined && given !== null
      const key = service.faultFamily === 'ec2' ? ec2Key : name
      const there = path === '' ? key : `${path}.${key}`
      if (isThere) check?.(given, there, service)
      else if (isRequired) throw missing(there, service)
    }
  }
  known.set(schema.getSchema() as object, check)
  return check
}

interface Member {
  readonly name: string
  /** As EC2's forms have it. */
  readonly ec2Key: string
  readonly isRequired: boolean
  readonly check: Check | undefined
}

/** Those with which something can be wrong. A structure's schema ends with how many of its members are required: its first. */
function membersOf(schema: NormalizedSchema): readonly Member[] {
  const [, , , , , , required = 0] = schema.getSchema() as readonly unknown[]
  return [...schema.structIterator()]
    .map(([name, member], index) => ({
      name,
      ec2Key: structureKey(name, member, 'ec2Query'),
      isRequired: index < (required as number),
      check: memberCheck(name, member),
    }))
    .filter(({ isRequired, check }) => isRequired || check !== undefined)
}

/** Undefined where nothing can be wrong. */
function memberCheck(name: string, schema: NormalizedSchema): Check | undefined {
  if (schema.isStructSchema()) return structureCheck(schema)
  if (schema.isListSchema() || schema.isMapSchema()) return itemsCheck(name, schema)
  if (!schema.isNumericSchema() && !schema.isBigIntegerSchema()) return undefined
  if (fractions.has(name)) return finite
  return pageSizes.has(name.toLowerCase()) ? atLeastOne : whole
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

/** How many rows a page may have; a page of none would be the last one. */
const pageSizes = new Set(['limit', 'maxitems', 'maxrecords', 'maxresults', 'pagesize'])

const atLeastOne: Check = (value, path, service) => {
  whole(value, path, service)
  if ((value as number) < 1) throw invalid(value, path, 'at least 1', service)
}

function missing(path: string, service: Service): ApiFault {
  const { faultFamily, errorShape } = service
  if (faultFamily === 'ec2') return new ApiFault('MissingParameter', `The request must contain the parameter ${path}`)
  // CloudWatch's model has a fault of its own for it; the others validate as every service of AWS's framework does.
  if (errorShape('MissingParameter') !== undefined) return new ApiFault('MissingParameter', `The parameter ${path} is required.`)
  const camel = path.replace(/(^|\.)[A-Z]/g, (letter) => letter.toLowerCase())
  return new ApiFault(
    invalidCode(service),
    `1 validation error detected: Value null at '${camel}' failed to satisfy constraint: Member must not be null`,
  )
}

function invalid(value: unknown, path: string, wanted: string, service: Service): ApiFault {
  return new ApiFault(invalidCode(service), `Value (${value}) for parameter ${path} is invalid. It must be ${wanted}.`)
}

/** EKS's model has a fault of its own for it. */
function invalidCode({ name, faultFamily }: Service): string {
  if (name === 'eks') return 'InvalidParameterException'
  if (faultFamily === 'ec2') return 'InvalidParameterValue'
  return faultFamily === 'query' ? 'ValidationError' : 'ValidationException'
}
