// What a machine's package manager is asked: the same questions, in the words of each.

import type { Family } from '../config/index.ts'

/** Each is a POSIX script for the login user. Where the question could not be asked it fails: unknown is not passed. */
export interface PackageQuestions {
  /** A name that a machine must resolve to be kept up to date. */
  readonly host: string
  /** Condition of the shell: that a package owns `$path`. */
  readonly owned: string
  /** Prints what was downloaded and left. */
  readonly archives: string
  /** Prints on standard error which packages come from no repository, and fails when there is one. */
  unknownPackages(family: Family): string
  /** Prints on standard error which security updates are out, and fails when there is one. */
  securityUpdates(family: Family): string
  /** Prints `keyring NAME` and then the keyring as base64, for each that a repository is trusted by. */
  readonly keyrings: string
  /** Prints `absent`, or `new VERSION` or `old VERSION`. Words of a shell. */
  installedState(name: string, atLeast: string): string
}
