import { Failure, FINDING_KINDS, type Finding, type FsckReport, fsck } from '@bindery/server'
import { defaultFolder, readArguments } from '../arguments.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { maintenanceIn } from '../messages/maintenance.js'
import { type Language, messagesIn } from '../messages.js'
import { ProgressLine } from '../progress-line.js'

/** `bindery fsck [DIR]`: checks a data folder that no server uses. Resolves with 0, 1 (something is wrong) or 2. */
export async function fsckCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  language: Language,
): Promise<ExitCode> {
  try {
    const { positionals, flags } = readArguments(args, ['bytes', 'repair', 'json'], 1)
    const folder = positionals[0] ?? defaultFolder(env)
    const options = { folder, bytes: flags.has('bytes'), repair: flags.has('repair') }
    const report = flags.has('json') ? await printJson(options) : await printText(options, language)
    return Object.keys(report.findings).length === 0 ? EXIT.ok : EXIT.damaged
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    process.stderr.write(`bindery: ${messagesIn(language).failure(error)}\n`)
    return EXIT.unchecked
  }
}

interface Options {
  readonly folder: string
  readonly bytes: boolean
  readonly repair: boolean
}

async function printJson(options: Options): Promise<FsckReport> {
  const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)
  const report = await fsck({
    ...options,
    onFinding: ({ kind, facts, repaired }) => print({ kind, severity: FINDING_KINDS[kind], repaired, ...facts }),
    onProgress: () => {},
  })
  print(report)
  return report
}

async function printText(options: Options, language: Language): Promise<FsckReport> {
  const words = maintenanceIn(language)
  const line = new ProgressLine()
  const say = (text: string) => {
    line.clear()
    process.stdout.write(`${text}\n`)
  }
  const report = await fsck({
    ...options,
    onFinding: (finding) => say(sentence(finding, language)),
    onProgress: (progress) => line.show(() => words.progress(progress)),
  })
  say(words.checked(report.checked, options.bytes))
  const { blobsToFree, blobsToRecover } = report.checked
  if (blobsToFree + blobsToRecover > 0) say(words.waiting(blobsToFree + blobsToRecover))
  say(words.verdict(report))
  if (report.repaired > 0) say(words.quarantined(report.quarantine))
  return report
}

function sentence({ kind, facts, repaired }: Finding, language: Language): string {
  const words = maintenanceIn(language)
  const note = repaired ? ` ${words.repairedNote}` : ''
  return `${words.severity[FINDING_KINDS[kind]]}  ${words.place(facts)}${words.findings[kind](facts)}${note}`
}
