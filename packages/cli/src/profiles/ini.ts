/** Sections of an INI file, by name, with their settings as they are written. */
export type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Reads an INI file. Lines that are not settings are ignored; settings before the first section are of the section ''. */
export function parseIni(text: string): Ini {
  const sections = new Map<string, Map<string, string>>()
  let section = ''
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^\s*\[([^\]]*)\]\s*$/.exec(line) ?? []
    if (name !== undefined) section = name.trim()
    const [, key, value] = /^\s*([^#;=[\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (key === undefined || value === undefined) continue
    const settings = sections.get(section) ?? new Map<string, string>()
    sections.set(section, settings.set(key, value))
  }
  return sections
}

/** The text with one setting changed, or removed where `value` is undefined. All other lines stay as they are. */
export function withSetting(text: string, section: string, key: string, value: string | undefined): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const header = lines.findIndex((line) => /^\s*\[([^\]]*)\]\s*$/.exec(line)?.[1]?.trim() === section)
  if (header === -1) {
    if (value === undefined) return text
    return `${[...lines, ...(lines.length > 0 ? [''] : []), `[${section}]`, `${key} = ${value}`].join('\n')}\n`
  }
  const next = lines.findIndex((line, at) => at > header && /^\s*\[/.test(line))
  const end = next === -1 ? lines.length : next
  const at = lines.findIndex((line, index) => index > header && index < end && line.split('=')[0]?.trim() === key)
  const written = value === undefined ? [] : [`${key} = ${value}`]
  if (at !== -1) lines.splice(at, 1, ...written)
  else lines.splice(lastLine(lines, header, end) + 1, 0, ...written)
  return `${lines.join('\n')}\n`
}

/** The text without a section. */
export function withoutSection(text: string, section: string): string {
  let isInside = false
  const kept = text.split('\n').filter((line) => {
    const [, name] = /^\s*\[([^\]]*)\]\s*$/.exec(line) ?? []
    if (name !== undefined) isInside = name.trim() === section
    return !isInside
  })
  return kept.join('\n')
}

/** The last line of a section that is not blank. */
function lastLine(lines: readonly string[], header: number, end: number): number {
  let last = end - 1
  while (last > header && lines[last]?.trim() === '') last -= 1
  return last
}
