import { ENGLISH_COMMANDS } from './commands-en.js'
import { countText } from './count-text.js'
import { ENGLISH_FLAGS } from './flags-en.js'
import { objectWordsIn } from './objects.js'
import type { Sentences } from './sentences.js'

const perhaps = (suggestion: string | undefined, help: string) =>
  suggestion === undefined ? `See: ${help}` : `Did you mean ${suggestion}?`

const { advice, failures: reasons } = objectWordsIn('en')

/** The rest of the sentence that a server does not answer, by the reason. */
const silences = {
  refused: ': nothing listens there. Check that the server is running, or name its address: --endpoint URL',
  unknownHost: ': the host name cannot be resolved. Check the name and the network: --endpoint URL',
  notTls: ': it does not use TLS. Perhaps the address begins with http://, not https://',
  otherName: ': its certificate is for another name. Use a name in the certificate: --endpoint URL',
  unknown: '. Check that the server is running, or name its address: --endpoint URL',
}

/** The texts in English, except those of options, which their table holds. */
export const ENGLISH: Sentences = {
  ...ENGLISH_COMMANDS,
  flags: ENGLISH_FLAGS,
  crash: 'bindery: this is a bug in Bindery. Please report it with the following lines:',
  endpoint: 'Endpoint',
  socket: 'Unix socket',
  region: 'Region',
  folder: 'Data',
  newFolder: '(new)',
  buckets: 'Buckets',
  hashing: { native: 'native hashing', wasm: 'hashing in WebAssembly (slower: no native addon)' },
  secretShownOnce: (file) => `(shown once; kept in ${file})`,
  secretKept: (file) => `in ${file}`,
  secretFromEnvironment: 'from BINDERY_ACCESS_KEY_SECRET',
  console: 'Console',
  consoleOnce: '(signs in once, within 15 minutes)',
  connect: 'To connect:',
  connectMore: (command) => `Programs for more clients: ${command} connect`,
  onlyHere: 'Only this machine can connect. To allow other machines: --host 0.0.0.0',
  reachable: 'Other machines can connect, without TLS. On a shared network, use TLS, or a proxy with TLS in front.',
  reachableByTls: 'Other machines can connect, with TLS.',
  byDefault: 'default',
  howToStop: 'Press Ctrl-C to stop; running requests are completed first.',
  stopping: 'Stopping after the running requests. A second signal aborts them.',
  stopped: 'Stopped.',
  stoppedCutting: (requests) => `Stopped; ${countText(requests, 'running request')} aborted.`,
  failures: {
    unknownCommand: ({ command, suggestion }, help) => `unknown command ${command}. ${perhaps(suggestion, help)}`,
    unknownFlag: ({ flag, suggestion }, help) => `unknown flag ${flag}. ${perhaps(suggestion, help)}`,
    unknownVariable: ({ variable, suggestion }, help) =>
      `unknown environment variable ${variable}. ${perhaps(suggestion, help)}`,
    settingUnknown: ({ file, setting, suggestion, line }, help) =>
      `${file}${line === undefined ? '' : `, line ${line},`} sets ${setting}, which is not an option. ${perhaps(suggestion, help)}`,
    settingsMalformed: ({ file, line, column, reason }) => {
      const why = reason === undefined ? '' : ` ${reason}.`
      return line === undefined
        ? `${file} is not a JSON object such as {"port": 9000, "buckets": ["demo"]}.${why}`
        : `${file}, line ${line}, column ${column}: this is not YAML with options such as port: 9000.${why}`
    },
    unexpectedArgument: ({ argument }, help) => `unexpected argument ${argument}. See: ${help}`,
    argumentMissing: ({ command, argument }) => `${command} needs ${argument}. See: bindery help ${command}`,
    valueMissing: ({ flag, placeholder }) => `${flag} needs a value: ${flag} ${placeholder}`,
    valueRefused: ({ flag, value }) =>
      `${flag} takes no value, but is followed by ${JSON.stringify(value)}. Write ${flag} alone; for a folder of that name, write ./${value}`,
    valueInvalid: ({ name, value, expected }) => `${name} cannot be ${JSON.stringify(value)}. Expected: ${expected}`,
    keyHalfGiven: ({ missing }) =>
      `the root key is incomplete: set ${missing} too, or neither BINDERY_ACCESS_KEY_ID nor BINDERY_ACCESS_KEY_SECRET.`,
    instanceRoleProxied: () =>
      '--instance-role serves keys without a signature, and clients of a proxy must not get them: omit either --instance-role or --trusted-proxies.',
    tlsHalfGiven: ({ missing }) => `TLS needs a certificate and its key: set ${missing} too.`,
    certificateUnusable: ({ certificate, key, reason }) =>
      `the certificate ${certificate} and the key ${key} cannot be used: ${reason}`,
    adminArgument: ({ argument, usage }) =>
      `${argument === undefined ? 'an argument is missing' : `unexpected argument ${argument}`}. Usage: bindery admin ${usage}`,
    adminCommandUnknown: ({ command, suggestion }) =>
      `unknown command admin ${command}. ${suggestion === undefined ? 'See: bindery admin' : `Did you mean admin ${suggestion}?`}`,
    adminKeyMissing: ({ file }) =>
      `no key to sign with: set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET, or name the data folder with --dir (${file} has no key).`,
    adminRefused: ({ code, message, requestId }) => `the server refused: ${code}: ${message} (request ${requestId})`,
    serverSilent: ({ endpoint, certificate, reason, message, proxy }) =>
      proxy !== undefined
        ? `no answer from ${endpoint}: ${message}. Check --proxy URL or OSS_PROXY`
        : certificate === undefined
          ? `no answer from ${endpoint}${reason === undefined && message !== undefined ? `: ${message}` : ''}${silences[reason ?? 'unknown']}`
          : `the certificate of ${endpoint} is not trusted: ${certificate}. ${reason === 'otherName' ? 'Use a name in the certificate: --endpoint URL' : 'Set NODE_EXTRA_CA_CERTS to a file with the certificate of its issuer'}`,
    serverNotFound: ({ folder }) =>
      `no server is running on ${folder}. Start one (bindery serve ${folder}), or name another data folder, or an address: --endpoint URL`,
    keyOther: ({ accessKeyId }) =>
      `the server got its key ${accessKeyId} from its environment. Set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET to this key, or to the key of a user.`,
    folderDeleted: ({ folder }) =>
      `${folder}, or a part of it, was deleted while it was being opened. Start again; if it is on a volume, check that the volume stays mounted.`,
    webhookHalfGiven: ({ missing }) => `the audit webhook needs its URL and its secret: ${missing} is missing.`,
    webhookWithoutTrail: () => '--audit-webhook needs the record of control actions: set --audit-days to more than 0.',
    socketTaken: ({ socket }) => `another program listens on ${socket}. Stop it, or name another file with --socket.`,
    socketForeign: ({ socket }) => `${socket} exists and is not a socket. Name another file with --socket.`,
    socketTooLong: ({ socket, bytes }) =>
      `${socket} is too long for a socket: its full path can have at most ${bytes} bytes.`,
    socketUnusable: ({ socket, reason }) =>
      `the socket ${socket} cannot be created (${reason}). Check that its folder exists and can be written to.`,
    descriptorUnusable: ({ name, descriptor }) =>
      `${name} names the descriptor ${descriptor}, but no pipe, socket or file is open there.`,
    bucketRefused: ({ bucket, code, message }) =>
      `bucket ${bucket} of BINDERY_BUCKETS cannot be created: ${code}: ${message}`,
    keyElsewhere: ({ accessKeyId }) =>
      `the server got its key ${accessKeyId} from its environment. Run this command with the same BINDERY_ACCESS_KEY_ID and BINDERY_ACCESS_KEY_SECRET.`,
    clientUnknown: ({ client, suggestion }) =>
      `unknown client ${client}. ${suggestion === undefined ? 'List all: bindery connect' : `Did you mean ${suggestion}?`}`,
    fileUnwritable: ({ file }) => `${file} cannot be written. Check its folder and permissions.`,
    fileUnreadable: ({ file }) =>
      `${file} cannot be read. Check its name and permissions, or use - for standard input.`,
    bucketNameInvalid: ({ bucket }) =>
      `no bucket can be named ${bucket}: 3 to 63 lower-case letters, digits and hyphens, with a letter or digit first and last`,
    folderNeeded: ({ folder }) => `there is no folder ${folder}`,
    addressInvalid: ({ address, suggestion }) =>
      `${address} is not an address of a bucket or object. ${suggestion === undefined ? 'Expected: oss://BUCKET/KEY' : `Did you mean ${suggestion}?`}`,
    uploadsMissing: ({ address, bucket }) =>
      `${address} has no incomplete upload. List those of the bucket: bindery mpu ls oss://${bucket}`,
    addressUnfit: ({ command, address, needed }) =>
      `${command} cannot use ${address}: it needs ${needed}. See: bindery help ${command}`,
    requestRefused: ({ code, message, ec, requestId }) =>
      `the server refused: ${code}: ${message} (${ec === undefined ? '' : `EC ${ec}, `}request ${requestId ?? '?'}). ${advice[code] ?? ''}`.trimEnd(),
    transferFailed: ({ code, message }) =>
      code === 'TransferLocked' ? `${reasons[code]}.` : `${reasons[code] ?? code}: ${message}`,
    profileUnknown: ({ profile, known }) =>
      `there is no profile ${profile}. ${known.length === 0 ? 'Create it: bindery config set endpoint URL --profile NAME' : `Known: ${known.join(', ')}`}`,
    profileForeign: ({ profile, file }) => `the profile ${profile} is in ${file}, which bindery does not change.`,
    settingMissing: ({ profile, setting }) => `the profile ${profile} has no ${setting}.`,
    credentialProcess: ({ program, reason }) => `${program}, which should print a key, failed: ${reason}`,
    uploadIncomplete: ({ address, uploadId, gaps }) =>
      `upload ${uploadId} to ${address} has ${countText(gaps, 'gap')}, so the object would be too short. Send the missing parts (bindery mpu resume), or complete it anyway with --all.`,
    sourceEmpty: ({ source }) =>
      `${source} is empty, so --delete would delete everything in the target. Check the source; to delete everything, use bindery rm --recursive`,
    confirmationNeeded: ({ address }) =>
      `this deletes every object ${/[*?]/.test(address) ? 'that matches' : 'whose address begins with'} ${address}, and there is no terminal to confirm it on. Check with --dry-run, then add --yes.`,
    portTaken: ({ host, port }) =>
      `port ${port} of ${host} is in use, perhaps by another Bindery. Stop that process, or choose another port: --port ${port + 1}`,
    portForbidden: ({ port }) =>
      `this user is not allowed to listen on port ${port}. Choose a port above 1023, such as --port 9000, or grant the permission.`,
    hostUnknown: ({ host }) =>
      `${host} is not an address of this machine. Use --host 127.0.0.1 for this machine only, or --host 0.0.0.0 for all its addresses.`,
    folderForbidden: ({ folder }) => `this user cannot write to ${folder}. Choose another folder, or change its owner.`,
    notAFolder: ({ folder }) => `${folder} is not a folder. Name a folder, or omit it to use ./data.`,
    folderDangling: ({ folder, target }) =>
      `${folder} is a link to ${target}, which does not exist. If that is a volume, mount it first; otherwise create the folder.`,
    folderMissing: ({ folder }) => `${folder} is not a data folder: no server has used it. Name another folder.`,
    backupUnfinished: ({ folder }) =>
      `${folder} is not a finished backup. If a backup to it was interrupted, run it again; it will continue. To copy a data folder, use bindery backup.`,
    targetNotEmpty: ({ folder }) => `${folder} is not empty. Name an empty folder, or one that does not exist yet.`,
    folderForeign: ({ folder }) =>
      `${folder} is not a data folder, and is not empty. Name an empty folder, or one that does not exist yet. To create a data folder from a backup, use bindery restore.`,
    folderInside: ({ folder, other }) => `one of ${folder} and ${other} is inside the other. Name a folder outside it.`,
    folderLocked: ({ folder, pid }) =>
      pid === undefined
        ? `${folder} is in use by a process that does not answer. Wait until it has ended, or find it: fuser ${folder}/lock/*`
        : `${folder} is in use by process ${pid}. Stop it first (kill ${pid}), or name another folder.`,
    formatNewer: ({ folder, format, supported }) =>
      `${folder} was written by a newer Bindery (format ${format}; this version reads up to ${supported}). Update Bindery; nothing was changed.`,
    layoutOther: ({ folder, layout, supported }) =>
      `${folder} was written by a development build of Bindery with another layout (layout ${layout}; this build reads layout ${supported}). Name a new folder; to keep the data, run the build that wrote it and copy the objects with a client. Nothing was changed.`,
    clusterHalfGiven: ({ missing }) =>
      `a cluster needs a database and a place for the data of objects: set ${missing} too.`,
    clusterInUse: ({ place }) => `gateways use ${place}. Stop all of them first.`,
    keysChanged: ({ place }) =>
      `another command has changed the keys of ${place} meanwhile. Nothing was changed; run this command again.`,
    blobsKeyMissing: () =>
      'the bucket of --blobs needs a key: set BINDERY_BLOBS_ACCESS_KEY_ID and BINDERY_BLOBS_ACCESS_KEY_SECRET, or each with _FILE.',
    masterKeysRequired: ({ variable }) =>
      `the servers of a cluster share master keys: set ${variable}, or ${variable}_FILE. To make one: openssl rand -base64 32`,
    databaseUnusable: ({ place, reason }) =>
      `${place} cannot be used: ${reason}. Check its address, its password, in which / @ ? # are written as %2F %40 %3F %23, and that it is the primary.`,
    databaseOlder: ({ place, version, needed }) =>
      `${place} has version ${version} of the schema, and this release needs ${needed}. Run bindery upgrade with the same variables; older gateways can run meanwhile.`,
    databaseNewer: ({ place, floor, supported }) =>
      `${place} is for releases with version ${floor} of the schema or a newer one; this one has ${supported}. Update Bindery.`,
    moveUnfinished: ({ place, source }) =>
      `${place} is being filled from ${source}. Wait until that has ended, or run the command again if it was interrupted; it will continue.`,
    dataMoved: ({ place, to }) =>
      `the data of ${place} has moved to ${to}. Serve it there; or run bindery migrate with --undo, which discards what was written there since.`,
    targetOther: ({ place, source }) =>
      `${place} is being filled from ${source}. Continue that, or name an empty place.`,
    masterKeysLacking: ({ place, source }) =>
      `${place} needs the master keys of ${source}: add them to BINDERY_MASTER_KEYS, after its own. A data folder keeps them in its file master-keys.`,
    moveSame: () =>
      'data can be migrated from a data folder to a cluster, or back: write the word cluster for one of them.',
    masterKeyMissing: ({ folder }) =>
      `${folder} has keys that are encrypted with a master key that is not given. Also give the older master keys until bindery keys rewrap has finished.`,
    keyUnknown: ({ id, folder }) => `${folder} has no key ${id}. List its keys: bindery keys list ${folder}`,
    masterKeyUnknown: ({ id, folder }) =>
      `${folder} has no master key ${id}. List them: bindery keys masters ${folder}`,
    masterKeyNewest: ({ id }) =>
      `${id} is the newest master key, which encrypts new data. Make another one first: bindery keys generate`,
    masterKeysOutside: ({ variable }) =>
      `${variable} gives the master keys: change it there. To make one: openssl rand -base64 32. Put it first; remove older ones after bindery keys rewrap has finished.`,
    masterKeysInvalid: ({ variable }) =>
      `${variable} does not hold master keys. Expected: 32 bytes in base64, several of them separated by commas.`,
    fileDamaged: ({ file }) => `${file} is damaged. Restore it from a backup; nothing was changed.`,
    diskFull: ({ folder }) => `the disk of ${folder} is full. Free some space, then try again; no data is lost.`,
    workersFail: ({ times, how }) =>
      `worker processes keep exiting (${times} times within a minute; the last one: ${how}), so the server stops. The log above may show the reason.`,
  },
}
