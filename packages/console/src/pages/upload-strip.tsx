import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { bytes, count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { shadesOf } from '../parts/parts-map.js'
import { Strip } from '../transfer/strip.js'
import type { PartsMap } from '../wire/uploads.js'

/** The parts of an upload in a line: gaps are seen at a glance. */
export function UploadStrip({ map }: { readonly map: PartsMap }): JSX.Element | null {
  const words = useWords()
  const shades = useMemo(() => shadesOf(map, map.runs.at(-1)?.to ?? 0, () => false), [map])
  if (shades.length === 0) return null
  return <Strip shades={shades} label={words.upload.storedIn(bytes(map.bytes), count(map.partCount))} />
}
