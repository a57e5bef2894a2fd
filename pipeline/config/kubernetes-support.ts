// Until when EKS supports each minor version of Kubernetes, and what is to be said of it on a day.

import type { NodeSettings } from './resolved.ts'

/** First days without, in UTC. EKS's release calendar as its page had it; 1.35 by endoflife.date/amazon-eks of 2026-02 [doc: eks/kubernetes-versions]. */
const calendar: Readonly<Record<string, { readonly standard: string; readonly extended: string }>> = {
  '1.29': { standard: '2025-03-23', extended: '2026-03-23' },
  '1.30': { standard: '2025-07-23', extended: '2026-07-23' },
  '1.31': { standard: '2025-11-26', extended: '2026-11-26' },
  '1.32': { standard: '2026-03-23', extended: '2027-03-23' },
  '1.33': { standard: '2026-07-29', extended: '2027-07-29' },
  '1.34': { standard: '2026-12-02', extended: '2027-12-02' },
  '1.35': { standard: '2027-03-27', extended: '2028-03-27' },
}

const dayMs = 86_400_000
const source = 'docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html'

export interface KubernetesSupport {
  /** Both kinds of support are over. */
  readonly ended: boolean
  readonly line: string
}

/** Undefined while there is nothing to say. */
export function kubernetesSupport({ kubernetes, supportNoticeMs }: NodeSettings, now: number): KubernetesSupport | undefined {
  const dates = calendar[kubernetes]
  if (dates === undefined) {
    return { ended: false, line: `until when EKS supports Kubernetes ${kubernetes} is not known here: see ${source}` }
  }
  const [standard, extended] = [Date.parse(dates.standard), Date.parse(dates.extended)]
  if (now >= extended) return { ended: true, line: `EKS has not supported Kubernetes ${kubernetes} since ${dates.extended}` }
  if (now >= extended - supportNoticeMs) {
    return said(`extended support for Kubernetes ${kubernetes} ends on ${dates.extended}`, extended - now)
  }
  if (now >= standard) {
    const line = `EKS has had Kubernetes ${kubernetes} in extended support, at extra cost, since ${dates.standard}; it ends on ${dates.extended}`
    return { ended: false, line }
  }
  if (now < standard - supportNoticeMs) return undefined
  return said(`standard support for Kubernetes ${kubernetes} ends on ${dates.standard}`, standard - now)
}

function said(what: string, leftMs: number): KubernetesSupport {
  const days = Math.ceil(leftMs / dayMs)
  return { ended: false, line: `${what}, in ${days} ${days === 1 ? 'day' : 'days'}` }
}
