import { readFileSync } from 'node:fs'
import { OPTIONS, type OptionName } from './config.js'
import { Failure } from './failure.js'
import { nearest } from './nearest.js'
import { type Setting, yamlSettings } from './settings-yaml.js'

/** Options that a file cannot set: itself, and those that only a flag sets. */
const NAMES = new Map(
  (Object.keys(OPTIONS) as OptionName[]).flatMap((name) => {
    const { variable } = OPTIONS[name]
    return variable === undefined || name === 'configFile' ? [] : [[settingOf(variable), name]]
  }),
)

/** `BINDERY_METRICS_TOKEN` → `metrics-token`: the flag without dashes, where there is one. */
function settingOf(variable: string): string {
  return variable.slice('BINDERY_'.length).toLowerCase().replaceAll('_', '-')
}

/**
 * The options that a configuration file sets, as a user would write them after a flag. A file whose name ends with .yaml or .yml is YAML, any other
 * JSON. Throws Failure `fileUnreadable`, `settingsMalformed`, `settingUnknown`, `valueInvalid`.
 */
export function readSettingsFile(file: string): Map<OptionName, string> {
  const text = readText(file)
  const settings = /\.ya?ml$/i.test(file) ? yamlSettings(text, file) : jsonSettings(text, file)
  const given = new Map<OptionName, string>()
  for (const { name: setting, value, ...place } of settings) {
    const name = NAMES.get(setting)
    if (name === undefined) {
      throw new Failure('settingUnknown', { file, setting, suggestion: nearest(setting, [...NAMES.keys()]), ...place })
    }
    given.set(name, textOf(value, name, file))
  }
  return given
}

/** Throws Failure `valueInvalid`. */
function textOf(value: unknown, name: OptionName, file: string): string {
  const items = Array.isArray(value) ? value : [value]
  if (items.every((item) => typeof item !== 'object')) return items.join(',')
  const { variable, codec } = OPTIONS[name]
  throw new Failure('valueInvalid', {
    name: `${variable} in ${file}`,
    value: JSON.stringify(value),
    expected: codec.expected,
  })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Failure('fileUnreadable', { file }, { cause })
  }
}

function jsonSettings(text: string, file: string): readonly Setting[] {
  const settings = parseJson(text, file)
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new Failure('settingsMalformed', { file })
  }
  return Object.entries(settings).map(([name, value]) => ({ name, value }))
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Failure('settingsMalformed', { file, reason: (cause as Error).message }, { cause })
  }
}
