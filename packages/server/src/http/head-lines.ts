import type { ServiceResponse } from '@bindery/service'

/** Names and values in turn, as Node writes a head, and whether it is to add a Date. */
export interface HeadLines {
  readonly lines: string[]
  readonly sendDate: boolean
}

/**
 * The headers of a response for `writeHead`. Content-Length goes last: once it has seen one, Node takes the bytes of a
 * Content-Disposition for UTF-8 text, and refuses those that no header may hold as text, most names of files among them.
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
