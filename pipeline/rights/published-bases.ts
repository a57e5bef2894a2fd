// The public parameters that name bases: they belong to no account, and reading one is still a right of its own.

import { rightsOfVerbs } from '../aws/index.ts'
import type { Config } from '../config/index.ts'
import type { Ground } from './arns.ts'
import { baseVerbs } from './duties.ts'
import type { Draft } from './policy.ts'

/** Empty where every base is found by name. */
export function publishedBaseDrafts({ families, images }: Config, home: Ground): readonly Draft[] {
  const folders = families.flatMap(({ bases }) => bases.flatMap((base) => ('parameters' in base ? [base.parameters] : [])))
  if (folders.length === 0) return []
  const resources = [...new Set(folders)]
    .sort()
    .map((folder) => `arn:${home.partition}:ssm:${images.region}::parameter${folder}/*`)
  return [{ sid: 'ReadBases', actions: [...rightsOfVerbs(baseVerbs)], resources }]
}
