import type { JSX } from 'preact'

/** Strokes on a grid of 24 by 24. */
const PATHS = {
  overview: 'M4 4h7v7H4zM13 4h7v4h-7zM13 10h7v10h-7zM4 13h7v7H4z',
  bucket: 'M4 7h16l-2 13H6zM4 7c0-4 16-4 16 0',
  uploads: 'M12 20V9m-5 4 5-5 5 5M5 4h14',
  key: 'M14 10a5 5 0 1 1-2.5-2.5L20 4v4h-3v3h-3z',
  activity: 'M3 12h4l3-8 4 16 3-8h4',
  metrics: 'M4 20V10m5.5 10V4M15 20v-7m5 7V7',
  settings: 'M4 7h9m5 0h2M4 17h3m5 0h8M13 4v6M7 14v6',
  folder: 'M3 6h6l2 2h10v11H3z',
  file: 'M6 3h8l5 5v13H6zM14 3v5h5',
  link: 'M10 14 20 4m-6 0h6v6M18 14v6H4V6h6',
  add: 'M12 5v14M5 12h14',
  remove: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h11v12H9zM5 15H4V3h11v2',
  more: 'M4.5 12h1M11.5 12h1M18.5 12h1',
  again: 'M20 12a8 8 0 1 1-2.5-5.8M20 3v5h-5',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4l13 8-13 8z',
  check: 'M5 13l4 4L19 7',
  alert: 'M12 4 2 20h20zM12 10v4m0 3h.01',
  out: 'M14 4H5v16h9M10 12h11m-4-4 4 4-4 4',
  theme: 'M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z',
  down: 'M12 4v11m-5-4 5 5 5-5M5 20h14',
  move: 'M4 12h13m-5-5 5 5-5 5M20 4v16',
  columns: 'M4 5h16v14H4zM9.5 5v14M14.5 5v14',
  edit: 'M4 20l1-5L16 4l4 4L9 19z',
  keep: 'M6 4h12v16l-6-4-6 4z',
  list: 'M4 6h16M4 12h16M4 18h16',
  grid: 'M4 4h7v7H4zM13 4h7v7h-7zM13 13h7v7h-7zM4 13h7v7H4z',
  search: 'M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13zM15.5 15.5 21 21',
} as const

/** The names of the icons. */
export type IconName = keyof typeof PATHS

/** An icon next to a text; it is not read out. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="glyph" viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path d={PATHS[name]} stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  )
}

/** The mark of Bindery: sheets that are bound. */
export function Mark(): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <rect x="2" y="2" width="20" height="20" rx="5" fill="var(--accent)" />
      <path d="M8 6v12M8 7h8M8 12h6M8 17h8" stroke="var(--accent-text)" stroke-width="2.2" stroke-linecap="round" />
    </svg>
  )
}
