import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Config, OPTIONS, type Option, type OptionName, SECRET_OPTIONS } from './config.js'
import { Failure } from './failure.js'
import { nearest } from './nearest.js'
import { isOnlyLocal } from './networks.js'
import { readSettingsFile } from './settings-file.js'

type Environment = Readonly<Record<string, string | undefined>>

const PREFIX = 'BINDERY_'
/** Variables of the other commands: they may be set in the shell that starts a server. */
const OTHER_COMMANDS = ['BINDERY_CONFIG', 'BINDERY_PROFILE']
const FILE_ENDING = '_FILE'
/** An argument that after a flag without a value is meant as its value, and not as a folder. */
const TRUTH = /^(?:true|false|yes|no|on|off|0|1)$/i
const ENTRIES = Object.entries(OPTIONS) as [OptionName, Option<unknown>][]

/**
 * The configuration from flags, environment and the file that they name. Throws Failure `unknownFlag`, `unknownVariable`, `unexpectedArgument`, `settingUnknown`, `settingsMalformed`,
 * `valueMissing`, `valueRefused`, `valueInvalid`, `fileUnreadable`, `clusterHalfGiven`, `keyHalfGiven`, `tlsHalfGiven`, `webhookHalfGiven`, `webhookWithoutTrail`, `instanceRoleProxied`; for a misspelt name the failure has the right one.
 */
export function readConfig(args: readonly string[], env: Environment): Config {
  return readOptions(args, env).config
}

/** Where the value of an option comes from. */
export type OptionSource =
  | { readonly kind: 'flag' | 'variable'; readonly name: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'default' }

/** An option as a server would use it. */
export interface ExplainedOption {
  readonly name: OptionName
  /** As a user would write it; undefined if it has no value. Secrets are in plain text. */
  readonly text: string | undefined
  readonly source: OptionSource
}

/** The value of every option and its source, in the order of the reference. Throws as `readConfig`. */
export function explainConfig(args: readonly string[], env: Environment): readonly ExplainedOption[] {
  return readOptions(args, env).options
}

/** The flag of an option, or the variable where it has no flag. */
export function labelOf(name: OptionName): string {
  const { flag, variable, codec } = OPTIONS[name]
  return flag === 'argument' ? (codec.placeholder ?? name) : (flag ?? variable ?? name)
}

/** The flag, variable or file that the value of an option comes from, or `default`. */
export function sourceOf({ source }: ExplainedOption): string {
  return source.kind === 'default' ? 'default' : source.kind === 'file' ? source.file : source.name
}

/** Options that a file may hold, though they are not secret. */
const READABLE: readonly OptionName[] = ['accessKeyId', 'blobsAccessKeyId']

/** The same option, with `***` for a secret. */
export function withoutSecret(option: ExplainedOption): ExplainedOption {
  const isSecret = SECRET_OPTIONS.includes(option.name) && !READABLE.includes(option.name)
  return isSecret && option.text !== undefined ? { ...option, text: '***' } : option
}

interface ReadOptions {
  readonly config: Config
  readonly options: readonly ExplainedOption[]
}

function readOptions(args: readonly string[], env: Environment): ReadOptions {
  refuseUnknownVariables(env)
  const given = readFlags(args)
  const file = given.get('configFile') ?? variableOf('configFile', env)?.text
  const settings = file === undefined ? undefined : readSettingsFile(file)
  const options = ENTRIES.map(([name]) => {
    const { text, source } = textOf(name, { flag: given.get(name), env, setting: settings?.get(name), file })
    return { name, text, source }
  })
  // other machines must not reach what only this machine could
  const isOpen = !isOnlyLocal(options.find(({ name }) => name === 'host')?.text ?? '')
  const restricted = options.map((option) =>
    option.name === 'callbackHosts' && option.source.kind === 'default' && isOpen ? { ...option, text: '' } : option,
  )
  const config = Object.fromEntries(restricted.flatMap(parsed)) as unknown as Config
  requireConsistent(config)
  return { config, options: restricted }
}

interface Places {
  readonly flag: string | undefined
  readonly env: Environment
  readonly setting: string | undefined
  readonly file: string | undefined
}

function textOf(name: OptionName, { flag, env, setting, file }: Places): Omit<ExplainedOption, 'name'> {
  const option: Option<unknown> = OPTIONS[name]
  if (flag !== undefined) return { text: flag, source: { kind: 'flag', name: flagOf(option) } }
  // Compose files and shells use an empty variable to leave one out.
  const variable = variableOf(name, env)
  if (variable !== undefined) return { text: variable.text, source: { kind: 'variable', name: variable.name } }
  if (setting !== undefined && file !== undefined) return { text: setting, source: { kind: 'file', file } }
  return { text: option.fallback, source: { kind: 'default' } }
}

/** `--port`, or the placeholder of the argument. */
function flagOf({ flag, codec }: Option<unknown>): string {
  return (flag === 'argument' ? codec.placeholder : flag) ?? ''
}

/** The entry of an option with a value. Throws Failure `valueInvalid`. */
function parsed({ name, text, source }: ExplainedOption): (readonly [OptionName, unknown])[] {
  if (text === undefined) return []
  const { codec, variable, flag }: Option<unknown> = OPTIONS[name]
  const value = codec.parse(text)
  if (value !== undefined) return [[name, value]]
  const place = source.kind === 'flag' ? flag : source.kind === 'file' ? `${variable} in ${source.file}` : variable
  throw new Failure('valueInvalid', { name: place ?? name, value: text, expected: codec.expected })
}

/** Throws the failures of options that contradict each other. */
function requireConsistent(config: Config): void {
  refuseHalfKey(config)
  refuseHalfTls(config)
  refuseHalfCluster(config)
  refuseHalfWebhook(config)
  // requests that a proxy forwards must not look like those of a program on this machine
  if (config.instanceRole !== undefined && config.trustedProxies.length > 0)
    throw new Failure('instanceRoleProxied', {})
}

/** The value of an option's variable, or of the file that is given in its place, and the name of the variable. */
function variableOf(name: OptionName, env: Environment): { readonly name: string; readonly text: string } | undefined {
  const { variable } = OPTIONS[name]
  if (variable === undefined) return undefined
  const fileVariable = `${variable}${FILE_ENDING}`
  const file = SECRET_OPTIONS.includes(name) ? env[fileVariable] : undefined
  const text = env[variable]
  if (text) return { name: variable, text }
  if (!file) return undefined
  try {
    return { name: fileVariable, text: readFileSync(file, 'utf8').trim() }
  } catch (cause) {
    throw new Failure('fileUnreadable', { file }, { cause })
  }
}

function readFlags(args: readonly string[]): Map<OptionName, string> {
  const given = new Map<OptionName, string>()
  const options = Object.fromEntries(
    ENTRIES.filter(([, { flag }]) => flag?.startsWith('--')).map(([, { flag = '', codec }]) => [
      flag.slice(2),
      { type: codec.placeholder === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true })
  let switched: string | undefined
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (switched !== undefined && TRUTH.test(token.value)) {
        throw new Failure('valueRefused', { flag: switched, value: token.value })
      }
      if (given.has('folder')) throw new Failure('unexpectedArgument', { argument: token.value })
      given.set('folder', token.value)
    } else if (token.kind === 'option') {
      const [name, { codec }] = optionOfFlag(token.rawName)
      const text = codec.placeholder === undefined ? (token.value ?? 'true') : token.value
      if (text === undefined || (token.inlineValue === false && text.startsWith('--'))) {
        throw new Failure('valueMissing', { flag: token.rawName, placeholder: codec.placeholder ?? '' })
      }
      given.set(name, text)
    }
    const isSwitch = token.kind === 'option' && token.value === undefined
    switched = isSwitch ? token.rawName : undefined
  }
  return given
}

function optionOfFlag(flag: string): [OptionName, Option<unknown>] {
  const entry = ENTRIES.find(([, option]) => option.flag === flag)
  if (entry !== undefined) return entry
  const flags = ENTRIES.flatMap(([, option]) => (option.flag?.startsWith('--') ? [option.flag] : []))
  throw new Failure('unknownFlag', { flag, suggestion: nearest(flag, flags) })
}

function refuseUnknownVariables(env: Environment): void {
  const known = ENTRIES.flatMap(([name, { variable }]) => {
    if (variable === undefined) return []
    return SECRET_OPTIONS.includes(name) ? [variable, `${variable}${FILE_ENDING}`] : [variable]
  })
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith(PREFIX) || [...known, ...OTHER_COMMANDS].includes(variable)) continue
    throw new Failure('unknownVariable', { variable, suggestion: nearest(variable, known) })
  }
}

function refuseHalfTls({ tlsCertificate, tlsKey }: Config): void {
  if ((tlsCertificate === undefined) === (tlsKey === undefined)) return
  const missing = tlsCertificate === undefined ? OPTIONS.tlsCertificate : OPTIONS.tlsKey
  throw new Failure('tlsHalfGiven', { missing: missing.flag ?? '' })
}

function refuseHalfCluster({ metadata, blobs }: Config): void {
  if ((metadata === undefined) === (blobs === undefined)) return
  const missing = metadata === undefined ? OPTIONS.metadata : OPTIONS.blobs
  throw new Failure('clusterHalfGiven', { missing: missing.flag ?? '' })
}

function refuseHalfWebhook({ auditWebhook, auditWebhookSecret, auditDays }: Config): void {
  if ((auditWebhook === undefined) !== (auditWebhookSecret === undefined)) {
    const missing = auditWebhook === undefined ? OPTIONS.auditWebhook.flag : OPTIONS.auditWebhookSecret.variable
    throw new Failure('webhookHalfGiven', { missing: missing ?? '' })
  }
  if (auditWebhook !== undefined && auditDays === 0) throw new Failure('webhookWithoutTrail', {})
}

function refuseHalfKey({ accessKeyId, accessKeySecret }: Config): void {
  if ((accessKeyId === undefined) === (accessKeySecret === undefined)) return
  const missing = accessKeyId === undefined ? OPTIONS.accessKeyId : OPTIONS.accessKeySecret
  throw new Failure('keyHalfGiven', { missing: missing.variable ?? '' })
}
