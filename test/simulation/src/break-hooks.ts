/** Module hooks that put a break into the file that it is for, as the file is loaded. Run by `node:module`'s loader. */
import type { InitializeHook, LoadHook } from 'node:module'
import type { Break } from './breaks.js'

let broken: Break | undefined

export const initialize: InitializeHook<Break> = async (given) => {
  broken = given
}

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context)
  if (broken === undefined || !url.endsWith(`/packages/${broken.file}`)) return loaded
  return { ...loaded, source: breakSource(String(loaded.source), broken) }
}

/** The source with the break in it. Throws unless its place is there, once. */
export function breakSource(source: string, { name, file, find, replace }: Break): string {
  const [before, after, ...others] = source.split(find)
  if (before === undefined || after === undefined || others.length > 0) {
    throw new Error(`the place of the break "${name}" is not in ${file}, or not only once`)
  }
  return before + replace + after
}
