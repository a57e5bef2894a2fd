// Accounts of AWS that own the images and registries of EKS, by region: who may have made a node's base.

import { partitionOf } from './partition.ts'

/** In every region of the commercial partition that is not named below [doc: eks/add-ons-images; the images' owners are the same accounts: eksctl's pkg/ami]. */
const commercial = '602401143452'

const byRegion: Readonly<Record<string, string>> = {
  'af-south-1': '877085696533',
  'ap-east-1': '800184023465',
  'ap-east-2': '533267051163',
  'ap-south-2': '900889452093',
  'ap-southeast-3': '296578399912',
  'ap-southeast-4': '491585149902',
  'ap-southeast-5': '151610086707',
  'ap-southeast-6': '333609536671',
  'ap-southeast-7': '121268973566',
  'ca-west-1': '761377655185',
  'cn-north-1': '918309763551',
  'cn-northwest-1': '961992271922',
  'eu-central-2': '900612956339',
  'eu-south-1': '590381155156',
  'eu-south-2': '455263428931',
  'eusc-de-east-1': '877088126301',
  'il-central-1': '066635153087',
  'me-central-1': '759879836304',
  'me-south-1': '558608220178',
  'mx-central-1': '730335286997',
  'us-gov-east-1': '151742754352',
  'us-gov-west-1': '013241004608',
}

/** Empty where none is known: the isolated partitions publish theirs to their own. */
export function eksOwners(region: string): readonly string[] {
  const own = byRegion[region]
  const shared = partitionOf(region) === 'aws' ? [commercial] : []
  return own === undefined ? shared : [own, ...shared]
}
