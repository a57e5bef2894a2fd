// The kinds of families there are, and what each differs in: a new kind is an entry here.

export type PackageManager = 'apt'

interface FamilyKindTraits {
  /** File under packer/package-managers, and the form of the agents' repositories and packages. */
  readonly packageManager: PackageManager
}

export const familyKinds = {
  debian: { packageManager: 'apt' },
} as const satisfies Record<string, FamilyKindTraits>

export type FamilyKind = keyof typeof familyKinds

export function packageManagerOf({ kind }: { readonly kind: FamilyKind }): PackageManager {
  return familyKinds[kind].packageManager
}

/** Packages that drover's own scripts need on every machine: drover-enrol asks with curl and reads with jq. */
export const ownPackages = {
  apt: ['ca-certificates', 'curl', 'jq'],
} as const satisfies Record<PackageManager, readonly string[]>
