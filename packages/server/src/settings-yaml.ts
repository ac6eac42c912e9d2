import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { Failure } from './failure.js'

/** A key of a configuration file, and where it is: lines and columns count from 1. */
export interface Setting {
  readonly name: string
  readonly value: unknown
  readonly line?: number
  readonly column?: number
}

/**
 * The keys of a configuration file in YAML. Every scalar is a text, as after a flag: `0123` stays a secret, and `no` a name. A key without a value is
 * left out. Throws Failure `settingsMalformed`.
 */
export function yamlSettings(text: string, file: string): readonly Setting[] {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { schema: 'failsafe', lineCounter, prettyErrors: false })
  const placeOf = (offset: number) => {
    const { line, col: column } = lineCounter.linePos(offset)
    return { line, column }
  }
  const [error] = document.errors
  if (error !== undefined) {
    throw new Failure('settingsMalformed', { file, ...placeOf(error.pos[0]), reason: error.message }, { cause: error })
  }
  const { contents } = document
  if (contents === null || (isScalar(contents) && !contents.value)) return []
  if (!isMap(contents)) throw new Failure('settingsMalformed', { file, ...placeOf(contents.range?.[0] ?? 0) })
  const values = document.toJS() as Readonly<Record<string, unknown>>
  return contents.items.flatMap(({ key }) => {
    const name = isScalar(key) ? String(key.value) : String(key)
    const value = values[name]
    if (value === null || value === undefined || value === '') return []
    return [{ name, value, ...(isScalar(key) ? placeOf(key.range?.[0] ?? 0) : {}) }]
  })
}
