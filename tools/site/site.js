// The search of the documentation site: pages that contain every word, those with one in the title first.

const field = document.querySelector('#search')
const found = document.querySelector('#found')
const FOUND_MAX = 20

function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const contains = (where) => words.every((word) => where.toLowerCase().includes(word))
  const matching = window.SEARCH_INDEX.filter(({ title, text }) => contains(`${title} ${text}`))
  const rank = ({ title }) => (words.some((word) => title.toLowerCase().includes(word)) ? 0 : 1)
  return matching.sort((left, right) => rank(left) - rank(right)).slice(0, FOUND_MAX)
}

field.addEventListener('input', () => {
  found.replaceChildren(
    ...search(field.value).map(({ href, title }) => {
      const link = Object.assign(document.createElement('a'), {
        href: `${window.SITE_ROOT}/${href}`,
        textContent: title,
      })
      const item = document.createElement('li')
      item.append(link)
      return item
    }),
  )
})
