import { KeptChoice } from './kept-choice.js'

/** `system` follows that of the browser. */
export type Theme = 'system' | 'light' | 'dark'

/** All of them, in the order in which they are offered. */
export const THEMES: readonly [Theme, ...Theme[]] = ['system', 'light', 'dark']

/** The theme that was chosen. */
export const currentTheme = new KeptChoice('bindery-theme', THEMES)

/** The one that follows the chosen theme when it is changed step by step. */
export function nextTheme(): Theme {
  return THEMES[(THEMES.indexOf(currentTheme.value) + 1) % THEMES.length] ?? 'system'
}

/** Shows the chosen theme from now on. Called once. */
export function showTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const show = () => {
    const { value } = currentTheme
    document.documentElement.dataset.theme = value === 'system' ? (dark.matches ? 'dark' : 'light') : value
  }
  dark.addEventListener('change', show)
  currentTheme.follow(show)
  show()
}
