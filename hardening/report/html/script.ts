// The page's own script: filters the table, keeps the filter in the address, opens the rule that is linked to.

export const script = `(() => {
const form = document.querySelector('.filters')
const rows = [...document.querySelectorAll('.every tbody tr')]
const field = (id) => document.getElementById(id)
const texts = rows.map((row) => row.textContent.toLowerCase())
const read = (id) => { const input = field(id); return !input ? '' : input.type === 'checkbox' ? (input.checked ? '1' : '') : input.value.trim() }
const names = ['search', 'status', 'severity', 'changed']
function apply(keep) {
  const [search, status, severity, changed] = names.map(read)
  const words = search.toLowerCase().split(/\\s+/)
  let shown = 0
  rows.forEach((row, index) => {
    const fits = words.every((word) => texts[index].includes(word)) && (!status || row.dataset.status === status) &&
      (!severity || row.dataset.severity === severity) && (!changed || row.dataset.changed === 'true')
    row.hidden = !fits
    if (fits) shown += 1
  })
  field('shown').textContent = shown + ' of ' + rows.length + ' rules'
  if (!keep) return
  const query = new URLSearchParams(names.map((name) => [name, read(name)]).filter(([, value]) => value))
  history.replaceState(null, '', '#' + (query.size ? '?' + query : 'rules'))
}
function follow() {
  const hash = decodeURIComponent(location.hash.slice(1))
  if (hash.startsWith('?')) {
    const query = new URLSearchParams(hash.slice(1))
    for (const name of names) { const input = field(name); if (!input) continue; if (input.type === 'checkbox') input.checked = query.has(name); else input.value = query.get(name) ?? '' }
    apply(false)
    field('rules').scrollIntoView()
  } else if (hash.startsWith('rule-')) {
    const row = field(hash)
    if (!row) return
    if (row.hidden) { form.reset(); apply(false) }
    row.querySelector('details').open = true
    row.scrollIntoView({ block: 'center' })
  }
}
form.hidden = false
form.addEventListener('submit', (event) => event.preventDefault())
form.addEventListener('input', () => apply(true))
addEventListener('hashchange', follow)
addEventListener('beforeprint', () => { form.reset(); apply(false) })
apply(false)
follow()
})()`
