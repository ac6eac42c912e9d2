/**
 * Entries of a listing as a template: the text that all of them share, and between it what differs. Native code prints a thousand
 * rows by one template in the time that it takes to print thirty entries here.
 */
import { utf8Bytes } from '@bindery/bytes'

/**
 * Prints rows one after the other until one has another form than the plan and the templates, or does not fit into `out`. Returns
 * 2^32 · rows printed + bytes written. `EntryPlan` and `templateOf` make its arguments; numbers in them are little-endian.
 * @param templates each after its length in 4 bytes; a row is printed by the first one that fits it
 * @param rows keys and values in turn, each after its length in 4 bytes
 */
export type PrintRows = (plan: Uint8Array, templates: Uint8Array, rows: Uint8Array, out: Uint8Array) => number

/** The steps of a template by their numbers in it. */
export const STEP = { literal: 0, equals: 1, absent: 2, key: 3, word: 4, number: 5, time: 6 } as const
/** How a name is escaped in a document: for XML, or percent-encoded with or without the slashes in it. */
const ESCAPE = { xml: 0, url: 1, path: 2 } as const
/** Stands for no second member of a word. */
const NONE = 255
/** Literals have their length in two bytes. */
const LITERAL_MAX = 0xffff

/** Where what differs between entries comes from: members by their index in the plan. */
export interface EntryColumns {
  /** A string of letters, digits and hyphens. */
  readonly etag: number
  /** Shown instead of it where a row has it. */
  readonly otherEtag?: number | undefined
  readonly size: number
  /** Milliseconds since 1970. */
  readonly lastModified: number
  /** Members that all rows of the template have in common, with their JSON; undefined for members that they lack. */
  readonly constants: readonly (readonly [column: number, json: string | undefined])[]
}

/** Values that an entry is printed with to find their places in its text. */
export const PROBE = {
  key: 'probe/<key>',
  etag: 'PROBE-ETag-0',
  size: 912_345_678_912_345,
  lastModified: Date.UTC(9876, 4, 3, 2, 1, 0),
} as const

/** A text of the probe, and the step that prints what is in its place. */
type Form = readonly [printed: string, step: readonly number[]]

function formsOf({ etag, otherEtag = NONE, size, lastModified }: EntryColumns): readonly (readonly Form[])[] {
  return [
    [
      ['probe/&lt;key&gt;', [STEP.key, ESCAPE.xml]],
      ['probe%2F%3Ckey%3E', [STEP.key, ESCAPE.url]],
      ['probe/%3Ckey%3E', [STEP.key, ESCAPE.path]],
    ],
    [
      [PROBE.etag, [STEP.word, etag, otherEtag, 0]],
      [PROBE.etag.toLowerCase(), [STEP.word, etag, otherEtag, 1]],
    ],
    [[String(PROBE.size), [STEP.number, size]]],
    [['9876-05-03T02:01:00.000Z', [STEP.time, lastModified]]],
  ]
}

/** A place in the text of the probe. */
interface Place {
  readonly start: number
  readonly end: number
  readonly step: readonly number[]
}

/** The one place where the probe's text is in one of its forms. */
function placeOf(text: string, forms: readonly Form[]): Place | undefined {
  const places = forms.flatMap(([printed, step]) => {
    const start = text.indexOf(printed)
    if (start === -1) return []
    const place = { start, end: start + printed.length, step }
    // a name that holds the same text makes two
    return text.includes(printed, start + 1) ? [place, place] : [place]
  })
  return places.length === 1 ? places[0] : undefined
}

/**
 * The template of the entries whose text, printed with the values of `PROBE`, is this one. Undefined where it does not show what
 * differs, such as in a notation that writes it in another form.
 */
export function templateOf(printed: string, columns: EntryColumns): Uint8Array | undefined {
  const places: Place[] = []
  for (const forms of formsOf(columns)) {
    const place = placeOf(printed, forms)
    if (place === undefined) return undefined
    places.push(place)
  }
  places.sort((left, right) => left.start - right.start)
  const steps = columns.constants.map(([column, json]) =>
    json === undefined ? [STEP.absent, column] : [STEP.equals, column, ...counted(json)],
  )
  let at = 0
  for (const { start, end, step } of places) {
    steps.push([STEP.literal, ...counted(printed.slice(at, start))], [...step])
    at = end
  }
  steps.push([STEP.literal, ...counted(printed.slice(at))])
  const bytes = steps.flat()
  return bytes.includes(TOO_LONG) ? undefined : Uint8Array.from([...uint32(bytes.length), ...bytes])
}

const TOO_LONG = -1

function counted(text: string): readonly number[] {
  const bytes = utf8Bytes(text)
  return bytes.length > LITERAL_MAX ? [TOO_LONG] : [bytes.length & 0xff, bytes.length >> 8, ...bytes]
}

const uint32 = (number: number): number[] => [0, 8, 16, 24].map((shift) => (number >>> shift) & 0xff)

/** A plan: the first byte of each value, how many bytes of each key come before the name, and the members that templates use. */
export function entryPlan(version: number, nameAt: number, members: readonly string[]): Uint8Array {
  const names = members.flatMap((name) => [name.length, ...utf8Bytes(name)])
  return Uint8Array.of(version, nameAt & 0xff, nameAt >> 8, ...names)
}
