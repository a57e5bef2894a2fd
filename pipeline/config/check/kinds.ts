// Kinds: each finds its base in its own way, and takes no other's; what is asked of its packages must be able to answer.

import { familyKinds, fipsPackagesOf, packageManagerOf } from '../family-kinds.ts'
import { eksOwners } from '../resolve/eks-owners.ts'
import type { WrittenConfig, WrittenFamily } from '../written/drover-file.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkKinds({ families, images }: WrittenConfig): void {
  for (const { name, value: family } of families) {
    if (familyKinds[family.kind.value].base === 'named') checkNamed(name, family)
    else checkPublished(name, family, images.region.value)
    checkScanner(name, family)
    checkFips(name, family)
  }
}

function checkNamed(name: string, { kind, base, node }: WrittenFamily): void {
  if (base === undefined) {
    const hint = 'Say which vendor images it starts from: base: { owner: "136693071363", name: debian-13-amd64-* }'
    reportFollowing(kind.at, 'config-missing-key', `family ${name} has no \`base\``, hint)
  }
  if (node === undefined) return
  reportFollowing(
    node.at,
    'config-conflict',
    `family ${name} is ${kind.value}, which has no \`node\``,
    'Write `kind: eks-node`, or take it out.',
  )
}

function checkPublished(name: string, { kind, base, node }: WrittenFamily, region: string): void {
  if (node === undefined) {
    const hint = 'Say which Kubernetes its nodes run: node: { kubernetes: "1.33" }'
    reportFollowing(kind.at, 'config-missing-key', `family ${name} has no \`node\``, hint)
  } else if (region !== '' && node.owners === undefined && eksOwners(region).length === 0) {
    const hint = 'Name the accounts that may own it: node: { owners: ["…"] }'
    reportFollowing(node.at, 'config-missing-key', `who owns the images of EKS in ${region} is not known to drover`, hint)
  }
  if (base === undefined) return
  const hint = 'Take it out: `node` says which Kubernetes, and EKS publishes the image.'
  reportFollowing(kind.at, 'config-conflict', `family ${name} is ${kind.value}, whose \`base\` EKS publishes`, hint)
}

function checkScanner(name: string, { kind, verify: { vulnerabilities } }: WrittenFamily): void {
  if (vulnerabilities?.format.value !== 'debsecan' || packageManagerOf({ kind: kind.value }) === 'apt') return
  const message = `debsecan knows Debian's packages, and family ${name} is ${kind.value}`
  reportFollowing(vulnerabilities.format.at, 'config-conflict', message, 'Write `grype`, `trivy` or `inspector`.')
}

function checkFips(name: string, { kind, fipsMode }: WrittenFamily): void {
  if (!fipsMode.value || fipsPackagesOf({ kind: kind.value }) !== undefined) return
  const message = `family ${name} is ${kind.value}, and Debian has no FIPS mode: none of its cryptography is validated`
  reportFollowing(fipsMode.at, 'config-conflict', message, 'Take it out, or bake `kind: eks-node` on Amazon Linux 2023.')
}
