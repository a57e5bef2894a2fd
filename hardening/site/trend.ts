// The score over releases as a line, drawn as SVG; the same figures stand in the table of releases below it.

import { html, type Markup, nothing } from '../report/html/markup.ts'
import { freshScan, type Line } from './site-input.ts'

const size = { width: 640, height: 160, left: 52, right: 10, top: 12, bottom: 24 } as const
/** A year of weekly releases. */
const longest = 53

export function trend(line: Line): Markup {
  const points = line.releases.slice(-longest).flatMap((release) => {
    const scan = freshScan(release)
    if (!scan) return []
    const { verdict, subject } = release.report
    return [
      { release: subject.release, outcome: verdict.outcome, measured: scan.score.percent, after: scan.scoreAfterWaivers.percent },
    ]
  })
  if (points.length === 0) return nothing
  const lowest = Math.max(0, Math.floor(Math.min(...points.flatMap(({ measured, after }) => [measured, after])) / 5) * 5 - 5)
  const x = (index: number): number =>
    size.left + (points.length === 1 ? 0.5 : index / (points.length - 1)) * (size.width - size.left - size.right)
  const y = (percent: number): number => size.top + ((100 - percent) / (100 - lowest)) * (size.height - size.top - size.bottom)
  const path = (of: 'measured' | 'after'): string =>
    points.map((point, index) => `${index === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(point[of]).toFixed(1)}`).join('')
  const [first, last] = [points[0], points.at(-1)]
  const label = `Score as measured over ${points.length} releases, from ${first?.measured.toFixed(1)} % (${first?.release}) to ${last?.measured.toFixed(1)} % (${last?.release})`
  return html`<figure class="trend-figure"><svg class="trend" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${label}">
${[lowest, (lowest + 100) / 2, 100].map(
  (percent) =>
    html`<path class="grid" d="M${size.left} ${y(percent).toFixed(1)}H${size.width - size.right}"/><text x="${size.left - 6}" y="${(y(percent) + 4).toFixed(1)}" text-anchor="end">${percent} %</text>`,
)}
<path class="line after" d="${path('after')}"/><path class="line" d="${path('measured')}"/>
${points.map((point, index) => html`<circle class="dot ${point.outcome}" cx="${x(index).toFixed(1)}" cy="${y(point.measured).toFixed(1)}" r="3"><title>${point.release}: ${point.measured.toFixed(1)} % as measured, ${point.after.toFixed(1)} % after waivers, ${point.outcome}</title></circle>`)}
</svg><figcaption class="key"><span>Line: as measured. Dashed: after waivers. A red dot: refused.</span></figcaption></figure>`
}
