// The questions in the words of a family's own package manager.

import { type Family, type PackageManager, packageManagerOf } from '../config/index.ts'
import { byApt } from './by-apt.ts'
import { byDnf } from './by-dnf.ts'
import type { PackageQuestions } from './package-questions.ts'

const questions: Readonly<Record<PackageManager, PackageQuestions>> = { apt: byApt, dnf: byDnf }

export function packageQuestions(family: Family): PackageQuestions {
  return questions[packageManagerOf(family)]
}
