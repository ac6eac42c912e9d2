import { readFileSync } from 'node:fs'
import { OPTIONS, type OptionName } from './config.js'
import { Failure } from './failure.js'
import { nearest } from './nearest.js'

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
 * The options that a configuration file sets, as a user would write them after a flag. Throws Failure `fileUnreadable`, `settingsMalformed`,
 * `settingUnknown`.
 */
export function readSettingsFile(file: string): Map<OptionName, string> {
  const settings = parseSettings(file)
  const given = new Map<OptionName, string>()
  for (const [setting, value] of Object.entries(settings)) {
    const name = NAMES.get(setting)
    if (name === undefined) {
      throw new Failure('settingUnknown', { file, setting, suggestion: nearest(setting, [...NAMES.keys()]) })
    }
    given.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  return given
}

function parseSettings(file: string): object {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Failure('fileUnreadable', { file }, { cause })
  }
  try {
    const settings: unknown = JSON.parse(text)
    if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) return settings
  } catch (cause) {
    throw new Failure('settingsMalformed', { file }, { cause })
  }
  throw new Failure('settingsMalformed', { file })
}
