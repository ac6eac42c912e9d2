import type { ServiceResponse } from '@bindery/service'

/** Alternating names and values, as Node writes a head, and whether Node should add a Date. */
export interface HeadLines {
  readonly lines: string[]
  readonly sendDate: boolean
}

/**
 * The headers of a response for `writeHead`. Content-Length comes last: after it, Node treats the bytes of a
 * Content-Disposition as UTF-8 text and rejects those that are not valid header text, among them most file names.
 */
export function headLines(headers: ServiceResponse['headers']): HeadLines {
  const lines: string[] = []
  let length: string | undefined
  let sendDate = true
  for (const [name, value] of headers) {
    if (name === 'Content-Length') {
      length = value
      continue
    }
    if (name === 'Date') sendDate = false
    lines.push(name, value)
  }
  if (length !== undefined) lines.push('Content-Length', length)
  return { lines, sendDate }
}
