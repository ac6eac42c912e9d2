import { backup, type CopyReport, restore } from '@bindery/server'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { findingJson, findingText } from '../findings-text.js'
import type { Language } from '../language.js'
import { maintenanceIn } from '../messages/maintenance.js'
import { ProgressLine } from '../progress-line.js'
import { CLUSTER, copyClusterCommand } from './migrate.js'

/**
 * `bindery backup DIR TARGET` and `bindery restore TARGET DIR`, where DIR may be a cluster. Resolves with 6 if the copied data have a problem.
 */
export async function copyCommand(command: 'backup' | 'restore', invocation: Invocation): Promise<ExitCode> {
  const { args, language } = invocation
  const { positionals, flags } = readArguments(command, args, 2)
  const [from, to] = requireArguments(
    positionals,
    command,
    command === 'backup' ? ['DIR', 'TARGET'] : ['TARGET', 'DIR'],
  )
  if ((command === 'backup' ? from : to) === CLUSTER) return copyClusterCommand([from, to], flags, invocation)
  const print = flags.has('json') ? jsonPrinter() : textPrinter(language, to)
  const options = { bytes: flags.has('bytes'), onFinding: print.finding, onProgress: print.progress }
  const report =
    command === 'backup'
      ? await backup({ ...options, folder: from, target: to })
      : await restore({ ...options, backup: from, folder: to })
  print.report(report)
  return isWell(report) ? EXIT.ok : EXIT.found
}

type BackupOptions = Parameters<typeof backup>[0]

interface Printer {
  readonly finding: BackupOptions['onFinding']
  readonly progress: BackupOptions['onProgress']
  readonly report: (report: CopyReport) => void
}

function jsonPrinter(): Printer {
  const print = (line: string) => process.stdout.write(`${line}\n`)
  return {
    finding: (finding) => print(findingJson(finding)),
    progress: () => {},
    report: (report) => print(JSON.stringify(report)),
  }
}

function textPrinter(language: Language, target: string): Printer {
  const words = maintenanceIn(language)
  const line = new ProgressLine()
  return {
    finding: (finding) => line.print(findingText(finding, words)),
    progress: (progress) => line.show(() => words.copying(progress)),
    report: (report) => {
      line.print(words.copied(report.copied, target))
      line.print(isWell(report) ? words.verdict(report.audit, false) : words.copiedDamage)
    },
  }
}

const isWell = ({ audit }: CopyReport): boolean => Object.keys(audit.findings).length === 0
