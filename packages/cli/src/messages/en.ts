import type { Sentences } from './sentences.js'

const seeHelp = 'See: bindery help'
const perhaps = (suggestion: string | undefined) => (suggestion === undefined ? seeHelp : `Did you mean ${suggestion}?`)

export const ENGLISH: Sentences = {
  usage: `Bindery, an object store that speaks the OSS protocol.

  bindery serve [DIR] [flags]   run the server
  bindery fsck [DIR]            check a data folder that no server uses
    --bytes                     read all bytes, not only what says that they are there
    --repair                    put right what can be; what is taken out is kept in DIR/quarantine
    --json                      one line of JSON a finding, and one at the end
  bindery backup DIR TARGET     copy a data folder, also while a server uses it; again into the same TARGET: what is new
  bindery restore TARGET DIR    make a data folder of a backup
    --bytes                     read and check all bytes of the copy
    --json                      as with fsck
  bindery help                  this page
  bindery --version             the version`,
  optionsTitle: 'Options of serve: flag, environment variable, default. A flag wins over a variable.',
  defaultNote: (value) => `[${value}]`,
  unknownCommand: (command) => `bindery: there is no command ${command}. ${seeHelp}`,
  crash: 'bindery: a fault of Bindery itself. Please report it with these lines:',
  endpoint: 'Endpoint',
  region: 'Region',
  folder: 'Data',
  newFolder: '(new)',
  secretShownOnce: (file) => `(shown once; kept in ${file})`,
  secretKept: (file) => `in ${file}`,
  secretFromEnvironment: 'from BINDERY_ACCESS_KEY_SECRET',
  connect: 'To connect:',
  onlyHere: 'Only this machine can reach it; --host 0.0.0.0 lets others in.',
  reachable: 'Other machines can reach it, without TLS: put a proxy with TLS in front of it where others listen.',
  howToStop: 'Ctrl-C stops it when running requests have ended.',
  stopping: 'Stopping: running requests may end. A second signal cuts them.',
  stopped: 'Stopped.',
  stoppedCutting: (requests) => `Stopped; ${requests} running requests were cut.`,
  failures: {
    unknownFlag: ({ flag, suggestion }) => `there is no flag ${flag}. ${perhaps(suggestion)}`,
    unknownVariable: ({ variable, suggestion }) =>
      `the environment variable ${variable} is none of Bindery's. ${perhaps(suggestion)}`,
    unexpectedArgument: ({ argument }) => `one folder is enough; what is ${argument}? ${seeHelp}`,
    valueMissing: ({ flag, placeholder }) => `${flag} needs a value: ${flag} ${placeholder}`,
    valueInvalid: ({ name, value, expected }) => `${name} cannot be ${JSON.stringify(value)}. It takes: ${expected}`,
    keyHalfGiven: ({ missing }) =>
      `the root key was given by half: set ${missing} as well, or neither of BINDERY_ACCESS_KEY_ID and BINDERY_ACCESS_KEY_SECRET.`,
    portTaken: ({ host, port }) =>
      `port ${port} of ${host} is taken, perhaps by another Bindery. Stop what uses it, or choose another: --port ${port + 1}`,
    portForbidden: ({ port }) =>
      `this user may not listen on port ${port}. Choose one above 1023, as --port 9000, or allow it.`,
    hostUnknown: ({ host }) =>
      `${host} is no address of this machine. Use --host 127.0.0.1 for this machine alone, or --host 0.0.0.0 for all its addresses.`,
    folderForbidden: ({ folder }) =>
      `this user may not write in ${folder}. Choose another folder, or give it to this user.`,
    notAFolder: ({ folder }) => `${folder} is not a folder. Name a folder, or none for ./data.`,
    folderMissing: ({ folder }) => `${folder} is no data folder: no server has kept anything in it. Name another.`,
    backupUnfinished: ({ folder }) =>
      `${folder} is no finished backup. If a backup into it was cut off, run it again; it goes on where it was.`,
    targetNotEmpty: ({ folder }) =>
      `${folder} holds something else. Name an empty folder, or one that does not exist yet.`,
    folderForeign: ({ folder }) =>
      `${folder} holds files that are not Bindery's. Name an empty folder, or one that does not exist yet.`,
    folderLocked: ({ folder, pid }) =>
      pid === undefined
        ? `${folder} is in use by a process that does not answer. Wait until it has ended, or look for it: fuser ${folder}/lock/*`
        : `${folder} is in use by process ${pid}. Stop it first (kill ${pid}), or name another folder.`,
    formatNewer: ({ folder, format, supported }) =>
      `${folder} was written by a newer Bindery (format ${format}; this one reads up to ${supported}). Update Bindery; nothing was changed.`,
    layoutOther: ({ folder, layout, supported }) =>
      `${folder} was written by another build of Bindery, from before its format was released (layout ${layout}; this one reads layout ${supported}). Name a new folder; to keep what this one holds, run the build that wrote it and copy its objects with a client. Nothing was changed.`,
    fileDamaged: ({ file }) => `${file} is damaged. Restore it from a backup; nothing was changed.`,
    diskFull: ({ folder }) => `the disk of ${folder} is full. Free some space, then start again; nothing is lost.`,
    workersFail: ({ times, how }) =>
      `worker processes do not stay alive (${times} ended within a minute, the last by ${how}), so the server gives up. The log above may say why.`,
  },
}
