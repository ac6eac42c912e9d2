/** Documents that are put together from text and from bytes, and lists that print themselves. */
import { utf8Bytes, utf8Text } from '@bindery/bytes'
import { type EncodeContext, list, type Member, type Members, type MembersOf } from './xml.js'

/** Text, or its bytes in UTF-8. */
export type Piece = string | Uint8Array

/** Values that know a faster way to print them, with the same result. */
export interface SelfPrinting<T> {
  /** @param textOf the text of one value */
  print(textOf: (value: T) => string): readonly Piece[]
}

/** A list, in a document's root element, whose values may print themselves. */
export function printedList<M extends Members>(
  name: string,
  members: M,
): Member<readonly MembersOf<M>[] | SelfPrinting<MembersOf<M>>> {
  const whole = list(name, members)
  const pieces = (values: readonly MembersOf<M>[] | SelfPrinting<MembersOf<M>>, context: EncodeContext) =>
    'print' in values
      ? values.print((value) => whole.encode([value], context))
      : values.map((value) => whole.encode([value], context))
  return {
    ...whole,
    encode: (values, context) =>
      pieces(values, context)
        .map((piece) => (typeof piece === 'string' ? piece : utf8Text(piece)))
        .join(''),
    pieces,
  }
}

/** All pieces as bytes. Text between bytes is encoded at once. */
export function joinedPieces(pieces: readonly Piece[]): Uint8Array {
  const parts: Uint8Array[] = []
  let text = ''
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece
      continue
    }
    if (text !== '') parts.push(utf8Bytes(text))
    text = ''
    parts.push(piece)
  }
  const last = utf8Bytes(text)
  if (parts.length === 0) return last
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, last.length))
  let at = 0
  for (const part of [...parts, last]) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
