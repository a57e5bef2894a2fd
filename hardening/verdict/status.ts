// The one ladder of statuses: what a scanner may say about a rule, and what drover makes of it.

/** The results of XCCDF 1.2, as a scanner writes them. */
export const scanResults = [
  'pass',
  'fail',
  'error',
  'unknown',
  'notapplicable',
  'notchecked',
  'notselected',
  'informational',
  'fixed',
] as const

export type ScanResult = (typeof scanResults)[number]

/** From worst to best; never folded into each other. */
export const statuses = [
  'failed',
  'error',
  'unknown',
  'waived',
  'disputed',
  'not-judged',
  'not-checked',
  'deselected',
  'not-applicable',
  'informational',
  'fixed',
  'passed',
] as const

export type Status = (typeof statuses)[number]

/** What a status is called in a report, what it means, and whether it is part of the score. */
export const statusFacts = {
  failed: { label: 'failed', meaning: 'The rule is not met.', scored: true, met: false },
  error: { label: 'error', meaning: 'The scanner could not check the rule.', scored: true, met: false },
  unknown: { label: 'unknown', meaning: 'The scanner came to no result, or gave none.', scored: true, met: false },
  waived: {
    label: 'waived',
    meaning: 'Knowingly not met, with a reason, an owner and an expiry. Not counted as passed.',
    scored: true,
    met: false,
  },
  disputed: {
    label: 'disputed',
    meaning: 'The scanner says it is not met; the register says why the scanner is wrong. Not counted as passed.',
    scored: true,
    met: false,
  },
  'not-judged': {
    label: 'not judged',
    meaning: 'This machine cannot answer the rule; outside the score until a machine that can is scanned.',
    scored: false,
    met: false,
  },
  'not-checked': { label: 'not checked', meaning: 'The content has no automatic check for the rule.', scored: false, met: false },
  deselected: { label: 'deselected', meaning: 'Taken out of the profile, with a reason.', scored: false, met: false },
  'not-applicable': {
    label: 'not applicable',
    meaning: 'The rule is about something this image does not have.',
    scored: false,
    met: false,
  },
  informational: { label: 'informational', meaning: 'The rule only informs.', scored: false, met: false },
  fixed: { label: 'fixed', meaning: 'Failed, was mended by the scanner, then passed.', scored: true, met: true },
  passed: { label: 'passed', meaning: 'The rule is met.', scored: true, met: true },
} as const satisfies Record<Status, { label: string; meaning: string; scored: boolean; met: boolean }>

/** The status a result has before waivers and the machine's limits are considered. */
export const plainStatus = {
  pass: 'passed',
  fail: 'failed',
  error: 'error',
  unknown: 'unknown',
  notapplicable: 'not-applicable',
  notchecked: 'not-checked',
  notselected: 'deselected',
  informational: 'informational',
  fixed: 'fixed',
} as const satisfies Record<ScanResult, Status>
