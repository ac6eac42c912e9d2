import type { ComponentChildren, JSX } from 'preact'
import { count } from '../app/format.js'
import { useWords } from '../app/language.js'

/** The first of many names, and how many more there are. */
export function NameList({
  names,
  all,
}: {
  readonly names: readonly ComponentChildren[]
  /** The number of all, those shown included. */
  readonly all: number
}): JSX.Element {
  const words = useWords()
  return (
    <ul class="stack tight">
      {names.map((name, index) => (
        <li key={index} class="break">
          {name}
        </li>
      ))}
      {all > names.length && <li>{words.andMore(count(all - names.length))}</li>}
    </ul>
  )
}
