// What the site's pages have on top of the report's style.

export const siteStyle = `
nav.site { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; margin-bottom: 2rem; padding-bottom: .8rem; border-bottom: 1px solid var(--line) } nav.site a:first-child { font-weight: 650 }
.trend-figure { margin: .8rem 0 } caption { text-align: left } h3 { margin: 1.4rem 0 .4rem; font-size: 1rem }
.trend { display: block; width: 100%; max-width: 40rem; height: auto } .trend .line { fill: none; stroke: var(--link); stroke-width: 2 } .trend .after { stroke: var(--good); stroke-dasharray: 5 4 } .trend text { fill: var(--soft); font: 11px system-ui, sans-serif } .trend .grid { stroke: var(--line) } .trend .dot { fill: var(--link) } .trend .dot.refuse { fill: var(--bad) }
.lines { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.2rem; margin: 1.4rem 0 0; padding: 0; list-style: none } .lines h2 { margin: 0 0 .3rem; font-size: 1.1rem } .lines .card { gap: .3rem }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: .4rem 0 0; font-size: .85rem; color: var(--soft) }
.worse { color: var(--bad); font-weight: 600 } .links { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; margin: .8rem 0 0; padding: 0; list-style: none }
.found { margin: .3rem 0 0; padding-left: 1.1rem } .found code { color: var(--ink) } .long { max-width: 46rem }
#filter-search { width: min(20rem, 70vw) }
@media print { nav.site, .links { display: none } .trend { max-width: 16cm } }
`
