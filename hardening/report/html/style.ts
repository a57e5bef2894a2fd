// The page's own style: light and dark, narrow and wide, and on paper.

export const style = `
:root { color-scheme: light dark; --ground: #fbfaf7; --card: #fff; --ink: #1d2327; --soft: #5b6670; --line: #dedbd2; --link: #0b5cad;
  --good: #176b3f; --bad: #b3261e; --warn: #9a5b00; --calm: #5a6b8c; --faint: #8b929a; --tint-good: #e3f3ea; --tint-bad: #fbe6e4; --tint-warn: #fbefd9; --tint-calm: #e8ecf5; --tint-faint: #eeede8; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181b; --card: #1c2226; --ink: #e6e9eb; --soft: #a3adb5; --line: #333c42; --link: #7ab8ff;
  --good: #6fd3a0; --bad: #ff8f86; --warn: #f0b45c; --calm: #a9bce6; --faint: #8d979f; --tint-good: #16352a; --tint-bad: #41201e; --tint-warn: #3b2c12; --tint-calm: #232d42; --tint-faint: #282e32; } }
* { box-sizing: border-box }
html { scroll-padding-top: 1rem }
body { margin: 0 auto; max-width: 76rem; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { margin: 0; font-size: clamp(1.6rem, 4.5vw, 2.4rem); line-height: 1.15; letter-spacing: -.01em; overflow-wrap: anywhere }
h2 { margin: 0 0 .5rem; font-size: 1.2rem }
a { color: var(--link) } code { font: .82em ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; color: var(--soft); overflow-wrap: anywhere }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
.skip { position: absolute; left: -99rem } .skip:focus { position: static }
.path { margin: 0 0 .4rem; color: var(--soft); font-size: .9rem }
.headline { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem 1.2rem }
.verdict { margin: 0; padding: .25rem .8rem; border-radius: 99rem; font-weight: 650 }
.verdict.pass { color: var(--good); background: var(--tint-good) } .verdict.refuse { color: var(--bad); background: var(--tint-bad) }
.lead { max-width: 46rem; color: var(--soft) }
main > section, header > section { margin-top: 2.6rem }
.reasons, .warnings { padding: 1rem 1.2rem; border-radius: .6rem } .reasons { background: var(--tint-bad) } .warnings { background: var(--tint-warn) }
.reasons ul, .warnings ul { margin: 0; padding-left: 1.1rem }
.scores { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem; margin: 1.6rem 0 0; padding: 0; list-style: none }
.card { display: flex; flex-direction: column; padding: 1rem 1.2rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem }
.card.gate { border: 2px solid var(--ink) }
.card-title { font-weight: 600 } .percent { font-size: 2.5rem; font-weight: 680; line-height: 1.2; font-variant-numeric: tabular-nums } .percent small { font-size: 1.1rem; color: var(--soft) }
.fraction { font-variant-numeric: tabular-nums } .method { color: var(--soft); font-size: .85rem }
.bar { display: grid; grid-template-columns: 11rem 1fr; align-items: center; gap: .2rem 1rem; margin: .5rem 0 }
.bar figcaption { font-size: .9rem; color: var(--soft) } .bar svg { display: block; width: 100%; height: 1.1rem; border-radius: .25rem }
.fill.passed, .fill.fixed { fill: var(--good) } .fill.failed, .fill.error, .fill.unknown { fill: var(--bad) } .fill.waived, .fill.disputed { fill: var(--warn) } .fill.not-judged, .fill.not-checked, .fill.deselected { fill: var(--calm) } .fill.not-applicable, .fill.informational { fill: var(--line) }
.fill { stroke: var(--ground); stroke-width: .8; vector-effect: non-scaling-stroke }
.scroll { overflow-x: auto }
table { width: 100%; border-collapse: collapse; font-size: .92rem }
th, td { padding: .45rem .7rem .45rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
thead th { color: var(--soft); font-weight: 600; font-size: .82rem; white-space: nowrap } tbody th { font-weight: inherit }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } tfoot th, tfoot td { font-weight: 600 } tfoot td:last-child { font-weight: 400 }
.counts { margin-top: 1rem } .counts td:last-child { color: var(--soft); min-width: 16rem; padding-left: 1rem }
.status { display: inline-block; padding: 0 .5rem; border-radius: .25rem; font-size: .82rem; font-weight: 600; white-space: nowrap; color: var(--faint); background: var(--tint-faint) }
.status.passed, .status.fixed { color: var(--good); background: var(--tint-good) } .status.failed, .status.error, .status.unknown { color: var(--bad); background: var(--tint-bad) }
.status.waived, .status.disputed { color: var(--warn); background: var(--tint-warn) } .status.not-judged, .status.not-checked, .status.deselected { color: var(--calm); background: var(--tint-calm) }
.status.not-applicable, .status.informational { color: var(--soft) }
.note { margin: 0 0 .8rem; max-width: 46rem; color: var(--soft) }
.rules, .names { margin: 0; padding: 0; list-style: none } .rules li { padding: .4rem 0; border-bottom: 1px solid var(--line) } .names { display: flex; flex-wrap: wrap; gap: .1rem 1rem }
.rule-name { font: .85em ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; overflow-wrap: anywhere } .why { display: block; color: var(--soft); font-size: .9rem }
.groups dt { margin-top: .9rem } .groups dd { margin: .2rem 0 0 } .nowrap { white-space: nowrap } .until { min-width: 7rem }
.left { display: inline-block; font-size: .82rem; color: var(--soft) } .left.soon { color: var(--warn); font-weight: 600 } .left.expired { color: var(--bad); font-weight: 600 } .ticket { color: var(--soft) }
.filters { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; align-items: end; position: sticky; top: 0; z-index: 1; padding: .7rem 0; background: var(--ground); border-bottom: 1px solid var(--line) } .filters[hidden] { display: none }
.filters label { display: grid; font-size: .82rem; color: var(--soft) } .filters .check { display: flex; align-items: center; gap: .4rem; padding-bottom: .4rem }
.filters input:not([type=checkbox]), .filters select { font: inherit; font-size: .95rem; padding: .3rem .5rem; color: var(--ink); background: var(--card); border: 1px solid var(--faint); border-radius: .35rem } #search { width: min(20rem, 70vw) }
output { margin-left: auto; padding-bottom: .4rem; color: var(--soft); font-size: .9rem; font-variant-numeric: tabular-nums }
.cis { white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft) } .severity { color: var(--soft) } .severity.high { color: var(--bad); font-weight: 600 } .none { color: var(--faint) }
summary { cursor: pointer } summary code { display: block; margin-left: 1.05rem } details p { margin: .5rem 0 .5rem 1.05rem; max-width: 46rem; font-size: .9rem; overflow-wrap: anywhere } tr:target { background: var(--tint-calm) }
.facts { margin: 0 } .facts div { display: grid; grid-template-columns: 12rem 1fr; gap: 0 1rem; padding: .35rem 0; border-bottom: 1px solid var(--line) } .facts dt { color: var(--soft) } .facts dd { margin: 0; overflow-wrap: anywhere }
@media (max-width: 44rem) { .bar, .facts div { grid-template-columns: 1fr } output { margin-left: 0 } .filters { position: static } .counts td:last-child, .counts th:last-child { display: none } .counts thead th { white-space: normal }
  .stacked thead { display: none } .stacked tr { display: block; padding: .6rem 0; border-bottom: 1px solid var(--line) } .stacked tr[hidden] { display: none }
  .stacked td, .stacked th { display: inline-block; padding: 0 .9rem .25rem 0; border: 0 } .stacked .wide { display: block } .stacked [data-label]::before { content: attr(data-label) " "; color: var(--soft); font-size: .82rem } }
@media print { body { max-width: none; padding: 0; font-size: 9.5pt } .filters, .skip { display: none } tr, li, .card { break-inside: avoid } a { color: inherit; text-decoration: none } .scroll { overflow: visible } }
`
