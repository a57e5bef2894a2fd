// What a family of Kubernetes nodes is made for, as it is written.

import { mapping, optional, placedDefault, required, withDefault } from '../yaml/mapping.ts'
import { list } from '../yaml/reader.ts'
import { accountId, choice, duration, refined, shaped, text, yesOrNo } from '../yaml/scalars.ts'
import { architecture } from './names.ts'

const minor = shaped('a minor version of Kubernetes', /^1\.[1-9]\d?$/, '"1.33"')

/** Amazon Linux 2023 publishes dated releases and locks an image to the one it was made with [doc: linux/al2023/deterministic-upgrades]. */
const datedRelease = refined(text('a release of Amazon Linux 2023'), (value) => {
  if (value === 'base' || /^2023\.\d{1,2}\.\d{8}$/.test(value)) return undefined
  const hint = 'Write a dated release such as 2023.9.20250929, or `base` to stay with the one of the base.'
  return [
    value === 'latest' ? '`latest` is another release every time' : `"${value}" is not a release of Amazon Linux 2023`,
    hint,
  ]
})

export const node = mapping('`node`', {
  kubernetes: required(minor, 'Say which Kubernetes its nodes run: "1.33". A new minor is a change here, never a surprise.'),
  architectures: placedDefault(list('the list of architectures', architecture, 1), ['x86_64'] as const),
  releaseVersion: withDefault(datedRelease, 'base'),
  upgradeNodeComponents: withDefault(yesOrNo(), false),
  supportNotice: withDefault(duration(), 60 * 86_400_000),
  afterSupport: withDefault(choice('what to do when support has ended', ['warn', 'refuse']), 'warn'),
  owners: optional(list('the list of owners', accountId(), 1)),
})
