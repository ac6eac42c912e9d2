import { generate } from 'lean-qr'
import type { JSX } from 'preact'

/** Modules around the code that stay empty, as its standard requires. */
const MARGIN = 4

/** A text as a QR code, dark on light in every theme: readers expect that. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }): JSX.Element {
  const code = generate(text)
  const side = code.size + 2 * MARGIN
  const runs: string[] = []
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      const from = x
      while (code.get(x, y)) x += 1
      if (x > from) runs.push(`M${from + MARGIN} ${y + MARGIN}h${x - from}v1h${from - x}z`)
    }
  }
  return (
    <svg class="qr" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={side} height={side} fill="#fff" />
      <path d={runs.join('')} fill="#000" />
    </svg>
  )
}
