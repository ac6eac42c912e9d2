/** Module hooks that apply a break to its file while node:module loads it. */
import type { InitializeHook, LoadHook } from 'node:module'
import type { Break } from './break.js'

let broken: Break | undefined

export const initialize: InitializeHook<Break> = async (given) => {
  broken = given
}

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context)
  if (broken === undefined || !url.endsWith(`/packages/${broken.file}`)) return loaded
  return { ...loaded, source: breakSource(String(loaded.source), broken) }
}

/** The source with the break applied. Throws unless the text to replace occurs exactly once. */
export function breakSource(source: string, { name, file, find, replace }: Break): string {
  const [before, after, ...others] = source.split(find)
  if (before === undefined || after === undefined || others.length > 0) {
    throw new Error(`the text to replace for the break "${name}" is not in ${file}, or occurs more than once`)
  }
  return before + replace + after
}
