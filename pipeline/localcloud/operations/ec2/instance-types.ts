// DescribeInstanceTypeOfferings and DescribeInstanceTypes, over a short list: a machine here is as big as its host lets it be.

import type {
  _InstanceType,
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
} from '@aws-sdk/client-ec2'
import { _InstanceType as everyType } from '@aws-sdk/client-ec2/dist-es/models/enums.js'
import { zoneId, zonesOf } from '../../store/region.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Fields, filtered } from '../filters.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'

interface TypeRow {
  readonly type: string
  readonly vcpus: number
  readonly memoryMib: number
  readonly architecture: 'x86_64' | 'arm64'
}

const sizes = {
  nano: [2, 512],
  micro: [2, 1024],
  small: [2, 2048],
  medium: [2, 4096],
  large: [2, 8192],
  xlarge: [4, 16384],
  '2xlarge': [8, 32768],
} as const
const families = ['t3', 't3a', 'm5', 'm6i', 'm7i', 'c5', 'c6i', 'r6i', 't4g', 'm6g', 'm7g', 'c7g']

/** The bare-metal ones, which boot a kernel of their own here. */
const metal = [
  { type: 'm5.metal', vcpus: 96, memoryMib: 393_216 },
  { type: 'm6g.metal', vcpus: 64, memoryMib: 262_144 },
]

const virtual = families.flatMap((family) =>
  Object.entries(sizes)
    .filter(([size]) => family.startsWith('t') || size.endsWith('large'))
    .map(([size, [vcpus, memoryMib]]) => ({ type: `${family}.${size}`, vcpus, memoryMib })),
)
const types: readonly TypeRow[] = [...virtual, ...metal].map((row) => ({ ...row, architecture: architectureOf(row.type) }))

const names: ReadonlySet<string> = new Set(Object.values(everyType))

/** Is it one of AWS's, on the list or not? */
export function isInstanceType(type: string): boolean {
  return names.has(type)
}

/** "g – AWS Graviton processors", behind the generation [doc: instance-types, naming conventions]; the first of them, A1, came before that. */
export function architectureOf(type: string): TypeRow['architecture'] {
  return /^(a1|[a-z]+\d+[a-z]*g[a-z]*|p6e-gb200)\./.test(type) || /^mac(2|-m)/.test(type) ? 'arm64' : 'x86_64'
}

/** Undefined for a type that is not on the list. */
export function vcpusOf(type: string): number | undefined {
  return types.find((row) => row.type === type)?.vcpus
}

/** Undefined for a type that is not on the list. */
export function memoryMibOf(type: string): number | undefined {
  return types.find((row) => row.type === type)?.memoryMib
}

/** Does an instance of that type run its image's own kernel, as on bare metal, instead of sharing this host's? */
export function hasOwnKernel(type: string): boolean {
  return type.endsWith('.metal')
}

interface Offering {
  readonly type: string
  readonly location: string
}

const offeringFields: Fields<Offering> = {
  'instance-type': (offering) => offering.type,
  location: (offering) => offering.location,
}

export const describeInstanceTypeOfferings = operation<DescribeInstanceTypeOfferingsRequest, DescribeInstanceTypeOfferingsResult>(
  {
    handles: ['LocationType', 'Filters', 'MaxResults', 'NextToken'],
    filters: offeringFields,
    run({ input, region }) {
      const LocationType = input.LocationType ?? 'region'
      const places: Readonly<Record<string, readonly string[]>> = {
        region: [region],
        'availability-zone': zonesOf(region),
        'availability-zone-id': zonesOf(region).map(zoneId),
      }
      const locations = places[LocationType]
      if (locations === undefined)
        throw new ApiFault('InvalidParameterValue', `Value (${LocationType}) for parameter locationType is invalid.`)
      const all = types.flatMap(({ type }) => locations.map((location) => ({ type, location })))
      const request = { size: input.MaxResults, token: input.NextToken, largest: 1_000, badToken: 'InvalidNextToken' }
      const page = pageOf(filtered(all, input.Filters, offeringFields), (one) => `${one.type} ${one.location}`, request)
      const InstanceTypeOfferings = page.rows.map((one) => ({
        InstanceType: one.type as _InstanceType,
        LocationType,
        Location: one.location,
      }))
      return { NextToken: page.nextToken, InstanceTypeOfferings }
    },
  },
)

const typeFields: Fields<TypeRow> = {
  'current-generation': () => true,
  'instance-type': (row) => row.type,
  'processor-info.supported-architecture': (row) => row.architecture,
  'vcpu-info.default-vcpus': (row) => row.vcpus,
  'memory-info.size-in-mib': (row) => row.memoryMib,
}

export const describeInstanceTypes = operation<DescribeInstanceTypesRequest, DescribeInstanceTypesResult>({
  handles: ['InstanceTypes', 'Filters', 'MaxResults', 'NextToken'],
  filters: typeFields,
  run({ input }) {
    const unknown = input.InstanceTypes?.find((type) => !types.some((row) => row.type === type))
    if (unknown !== undefined)
      throw new ApiFault('InvalidInstanceType', `The following supplied instance types do not exist: [${unknown}]`)
    const chosen = types.filter(
      ({ type }) => !input.InstanceTypes?.length || (input.InstanceTypes as readonly string[]).includes(type),
    )
    const request = { size: input.MaxResults, token: input.NextToken, largest: 100, badToken: 'InvalidNextToken' }
    const page = pageOf(filtered(chosen, input.Filters, typeFields), (row) => row.type, request)
    return {
      NextToken: page.nextToken,
      InstanceTypes: page.rows.map((row) => ({
        InstanceType: row.type as _InstanceType,
        CurrentGeneration: true,
        BareMetal: false,
        Hypervisor: 'nitro' as const,
        SupportedRootDeviceTypes: ['ebs' as const],
        SupportedVirtualizationTypes: ['hvm' as const],
        SupportedUsageClasses: ['on-demand' as const],
        ProcessorInfo: { SupportedArchitectures: [row.architecture] },
        VCpuInfo: { DefaultVCpus: row.vcpus },
        MemoryInfo: { SizeInMiB: row.memoryMib },
        BurstablePerformanceSupported: row.type.startsWith('t'),
      })),
    }
  },
})
