// The one script of the site: filters a table and keeps the filter in the address, where it survives a reload and can be sent on.

export const filterScript = `(() => {
const form = document.querySelector('.filters')
const rows = [...document.querySelectorAll('.filtered tbody tr')]
const texts = rows.map((row) => row.textContent.toLowerCase())
const fields = [...form.querySelectorAll('[name]')]
const shown = form.querySelector('output')
const value = (field) => field.type === 'checkbox' ? (field.checked ? '1' : '') : field.value.trim()
function apply(keep) {
  const wanted = Object.fromEntries(fields.map((field) => [field.name, value(field)]))
  const words = (wanted.search || '').toLowerCase().split(/\\s+/)
  let count = 0
  rows.forEach((row, index) => {
    const fits = words.every((word) => texts[index].includes(word)) &&
      Object.entries(wanted).every(([name, want]) => name === 'search' || !want || row.dataset[name] === want)
    row.hidden = !fits
    if (fits) count += 1
  })
  shown.textContent = count + ' of ' + rows.length
  if (!keep) return
  const query = new URLSearchParams(Object.entries(wanted).filter(([, want]) => want))
  history.replaceState(null, '', '#' + (query.size ? '?' + query : ''))
}
function follow() {
  const hash = decodeURIComponent(location.hash.slice(1))
  const query = new URLSearchParams(hash.startsWith('?') ? hash.slice(1) : '')
  for (const field of fields) {
    if (field.type === 'checkbox') field.checked = query.get(field.name) === '1'
    else field.value = query.get(field.name) ?? ''
  }
  apply(false)
}
form.hidden = false
form.addEventListener('submit', (event) => event.preventDefault())
form.addEventListener('input', () => apply(true))
addEventListener('hashchange', follow)
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return
  event.preventDefault()
  form.querySelector('[name=search]').focus()
})
addEventListener('beforeprint', () => { rows.forEach((row) => { row.dataset.was = row.hidden ? '1' : ''; row.hidden = false }) })
addEventListener('afterprint', () => { rows.forEach((row) => { row.hidden = row.dataset.was === '1' }) })
follow()
})()`
