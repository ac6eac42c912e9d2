import { type Arguments, readFlags } from '../arguments.js'
import { FILTER_FLAGS, FLAGS, type Flag, type FlagName, SERVER_FLAGS } from '../flags.js'

/** Flags of ossutil 1 that `bindery` has under another name, or not at all. */
const OWN = {
  'short-format': { spellings: ['-s'] },
  directory: { spellings: ['-d'] },
  multipart: { spellings: ['-m'] },
  'all-type': { spellings: ['-a'] },
  bucket: { spellings: ['-b'] },
  'limited-num': { value: 'NUMBER' },
  marker: { value: 'KEY' },
  type: { value: 'TYPE' },
} as const satisfies Record<string, Flag>

/** Flags that change nothing here, and whether they have a value: logs, reports, and checks that are always made. */
const WITHOUT_EFFECT: ReadonlyMap<string, boolean> = new Map([
  ['--loglevel', true],
  ['--output-dir', true],
  ['--user-agent', true],
  ['--disable-crc64', false],
  ['--disable-dir-object', false],
  ['--disable-ignore-error', false],
  ['--force-path-style', false],
])

type CompatFlag =
  | keyof typeof OWN
  | (typeof SERVER_FLAGS)[number]
  | (typeof FILTER_FLAGS)[number]
  | 'recursive'
  | 'yes'
  | 'all-versions'
  | 'version-id'
  | 'acl'
  | 'storage-class'
  | 'meta'

const SHARED = [
  ...SERVER_FLAGS,
  ...FILTER_FLAGS,
  'recursive',
  'yes',
  'all-versions',
  'version-id',
  'acl',
  'storage-class',
  'meta',
] as const satisfies readonly FlagName[]

/** The arguments of a command of ossutil. */
export type CompatArguments = Arguments<CompatFlag>

/** Parses the arguments of a command of ossutil. Throws Failure. */
export function readCompat(args: readonly string[], positionalsMax: number): CompatArguments {
  const shared = Object.fromEntries(SHARED.map((name) => [name, FLAGS[name]]))
  return readFlags<CompatFlag>({ ...shared, ...OWN }, withEffect(args), positionalsMax)
}

/** Arguments without the flags that change nothing. */
export function withEffect(args: readonly string[]): string[] {
  return args.filter((one, at) => {
    const [name = ''] = one.split('=', 1)
    return !WITHOUT_EFFECT.has(name) && WITHOUT_EFFECT.get(args[at - 1] ?? '') !== true
  })
}
