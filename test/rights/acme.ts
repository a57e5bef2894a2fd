// The rights of a company whose configuration is small, for the tests of rights.

import type { Config } from '../../pipeline/config/index.ts'
import { type Rights, rightsOf } from '../../pipeline/rights/index.ts'
import { aConfig, aFamily } from '../support/config.ts'

export const repository = { name: 'acme/images', environments: { stages: 'images', production: 'production' } }

export function acme(over: Partial<Config> = {}): Config {
  const { images } = aConfig()
  const role = `arn:aws:iam::${images.account}:role/drover-images`
  return aConfig({
    ledger: { kind: 's3', bucket: 'acme-ledger', prefix: 'ledger', region: 'eu-central-1' },
    images: {
      ...images,
      role,
      instanceProfile: 'drover-build',
      kmsKeyIds: { 'eu-central-1': 'alias/drover', 'eu-west-1': 'alias/drover' },
    },
    families: [aFamily()],
    ...over,
  })
}

export function acmeRights(over: Partial<Config> = {}): Rights {
  return rightsOf(acme(over), { repository })
}
