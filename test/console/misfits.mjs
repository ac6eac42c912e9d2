// What does not fit its page. It runs in the page.

/** Lines about elements that do not fit the width of the window. */
export function misfits() {
  const scope = document.querySelector('dialog[open]') ?? document.body
  const width = document.documentElement.clientWidth
  const found = []
  for (const box of [
    document.documentElement,
    document.querySelector('main'),
    document.querySelector('dialog[open]'),
  ]) {
    if (box !== null && box.scrollWidth > box.clientWidth + 1) {
      found.push(`${box.localName} scrolls sideways: ${box.scrollWidth} in ${box.clientWidth}`)
    }
  }
  const scrolls = (element) => /auto|scroll/.test(getComputedStyle(element).overflowX)
  const isInBox = (element) => {
    for (let one = element.parentElement; one !== null && one.localName !== 'main'; one = one.parentElement) {
      if (one.localName !== 'dialog' && scrolls(one)) return true
    }
    return false
  }
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.unseen, .skip')
  for (const element of scope.querySelectorAll(
    'a, button, input, select, textarea, h1, h2, h3, p, dt, dd, li, span, canvas',
  )) {
    const { left, right, width: own } = element.getBoundingClientRect()
    // texts for those who do not see have one pixel
    if (own <= 1 || !shown(element) || isInBox(element)) continue
    if (left < -1 || right > width + 1) found.push(`outside: ${element.outerHTML.slice(0, 140)}`)
    const { overflowX, textOverflow } = getComputedStyle(element)
    const isCut = overflowX === 'hidden' && textOverflow === 'clip' && element.scrollWidth > element.clientWidth + 1
    if (isCut) found.push(`cut off: ${element.outerHTML.slice(0, 140)}`)
  }
  return found
}
