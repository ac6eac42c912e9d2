import { type FsckOptions, type FsckReport, fsck, readConfig } from '@bindery/server'
import { defaultFolder, isCluster, readArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { findingJson, findingText } from '../findings-text.js'
import type { Language } from '../language.js'
import { maintenanceIn } from '../messages/maintenance.js'
import { ProgressLine } from '../progress-line.js'

/** `bindery fsck [DIR]`: checks a data folder, or a cluster, that no server uses. Resolves with 6 if it has a problem. */
export async function fsckCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const { positionals, flags } = readArguments('fsck', args, 1)
  const place =
    positionals[0] === undefined && isCluster(env) ? readConfig([], env) : (positionals[0] ?? defaultFolder(env))
  const options = { place, bytes: flags.has('bytes'), repair: flags.has('repair') }
  const report = flags.has('json') ? await printJson(options) : await printText(options, language)
  return Object.keys(report.findings).length === 0 ? EXIT.ok : EXIT.found
}

interface Options {
  readonly place: FsckOptions['place']
  readonly bytes: boolean
  readonly repair: boolean
}

async function printJson(options: Options): Promise<FsckReport> {
  const print = (line: string) => process.stdout.write(`${line}\n`)
  const report = await fsck({
    ...options,
    onFinding: (finding) => print(findingJson(finding)),
    onProgress: () => {},
  })
  print(JSON.stringify(report))
  return report
}

async function printText(options: Options, language: Language): Promise<FsckReport> {
  const words = maintenanceIn(language)
  const line = new ProgressLine()
  const report = await fsck({
    ...options,
    onFinding: (finding) => line.print(findingText(finding, words)),
    onProgress: (progress) => line.show(() => words.progress(progress)),
  })
  line.print(words.checked(report.checked, options.bytes))
  const { blobsToFree, blobsToRecover } = report.checked
  if (blobsToFree + blobsToRecover > 0) line.print(words.waiting(blobsToFree + blobsToRecover))
  line.print(words.verdict(report, options.repair))
  if (report.quarantine !== undefined) line.print(words.quarantined(report.quarantine))
  return report
}
