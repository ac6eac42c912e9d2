import {
  type Config,
  copyPlace,
  type MigrateReport,
  type MoveEnd,
  migrate,
  readConfig,
  undoMigration,
} from '@bindery/server'
import { readArguments, requireArguments } from '../arguments.js'
import type { Environment, Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { findingJson, findingText } from '../findings-text.js'
import type { Language } from '../language.js'
import { maintenanceIn } from '../messages/maintenance.js'
import { ProgressLine } from '../progress-line.js'

/** Names, in place of a folder, the cluster of BINDERY_METADATA and BINDERY_BLOBS. */
export const CLUSTER = 'cluster'

/** `bindery migrate FROM TO`: one of them is `cluster`. Resolves with 6 if the target has a problem. Throws Failure. */
export async function migrateCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const { positionals, flags } = readArguments('migrate', args, 2)
  const [first, second] = requireArguments(positionals, 'migrate', ['FROM', 'TO'])
  const [from, to] = [endOf(first, env, 'data'), endOf(second, env, 'data')]
  if (flags.has('undo')) {
    await undoMigration(from)
    if (!flags.has('json')) process.stdout.write(`${maintenanceIn(language).movedBack(first)}\n`)
    return EXIT.ok
  }
  const print = printerOf(flags.has('json'), language)
  const isPreparation = flags.has('prepare')
  return ended(await migrate({ from, to, isPreparation, bytes: flags.has('bytes'), ...print.observers }), print)
}

/** `bindery backup cluster TARGET` and `bindery restore TARGET cluster`. Resolves with 6 if the copy has a problem. Throws Failure. */
export async function copyClusterCommand(
  ends: readonly [string, string],
  flags: { has(flag: 'bytes' | 'json'): boolean },
  { env, language }: Invocation,
): Promise<ExitCode> {
  const [from, to] = [endOf(ends[0], env, 'backup'), endOf(ends[1], env, 'backup')]
  const print = printerOf(flags.has('json'), language)
  return ended(await copyPlace({ from, to, bytes: flags.has('bytes'), ...print.observers }), print)
}

function endOf(name: string, env: Environment, kind: 'data' | 'backup'): MoveEnd {
  const config: Config = readConfig([], env)
  if (name === CLUSTER) return { kind: 'cluster', config }
  return { kind, folder: name, masterKeys: config.masterKeys }
}

interface Printer {
  readonly observers: Pick<Parameters<typeof migrate>[0], 'onStep' | 'onFinding'>
  readonly report: (report: MigrateReport) => void
}

function printerOf(hasJson: boolean, language: Language): Printer {
  return hasJson ? jsonPrinter() : textPrinter(language)
}

function jsonPrinter(): Printer {
  const print = (line: string) => process.stdout.write(`${line}\n`)
  return {
    observers: { onFinding: (finding) => print(findingJson(finding)), onStep: () => {} },
    report: (report) => print(JSON.stringify(report)),
  }
}

function textPrinter(language: Language): Printer {
  const words = maintenanceIn(language)
  const line = new ProgressLine()
  return {
    observers: {
      onFinding: (finding) => line.print(findingText(finding, words)),
      onStep: (step, progress) => line.show(() => words.moving(step, progress)),
    },
    report: (report) => {
      line.print(words.moved(report))
      const { audit } = report
      if (audit !== undefined) line.print(isWell(report) ? words.verdict(audit, false) : words.copiedDamage)
    },
  }
}

function ended(report: MigrateReport, print: Printer): ExitCode {
  print.report(report)
  return isWell(report) ? EXIT.ok : EXIT.found
}

const isWell = ({ audit, copied }: MigrateReport): boolean =>
  copied.damaged === 0 && Object.keys(audit?.findings ?? {}).length === 0
