import type { CommandTexts, HelpSentences } from './sentences.js'

/** The flags that name the server. */
const PLACE_FLAGS = {
  endpoint: 'address of the server; OSS_ENDPOINT, or that of the running server that uses DIR',
  dir: 'data folder (BINDERY_DIR, or ./data) of a server on this machine: its address and its key',
  region: 'region of the signature; OSS_REGION, or that of the running server',
} as const

const SERVER_FLAGS = { ...PLACE_FLAGS, json: 'print one line of JSON per result' } as const

const TRANSFER_FLAGS = {
  'part-size': 'bytes per part: 100KiB to 5GiB; chosen by the size of the file',
  parallel: 'parts of a file at a time, 1 to 64; adapted to the server',
  jobs: 'files at a time, 1 to 64; 5 by default',
  'bigfile-threshold': 'files of fewer bytes take one request; 8MiB by default, 1GiB for copies on the server',
  'bandwidth-limit': 'bytes per second of each file, such as 10MiB',
  'content-type': 'Content-Type of the uploaded objects; by the endings of their keys',
  resume: 'auto (default), never, or require: fail where there is nothing to continue',
  'checkpoint-dir': 'folder of the records of interrupted uploads; bindery/transfers below XDG_STATE_HOME',
  ...SERVER_FLAGS,
} as const

const SERVER_DETAILS = [
  'The key is that of OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET, or of the data folder.',
] as const

/** The help pages. */
export const ENGLISH_COMMANDS: { readonly help: HelpSentences; readonly commands: CommandTexts } = {
  help: {
    title: 'Bindery, an object store that speaks the OSS protocol.',
    more: 'Arguments, flags and examples of a command: bindery help COMMAND',
    exitCodes:
      'Exit codes: 0 success, 1 a check found a problem, 2 wrong arguments, 3 the machine prevented it, 4 the server refused, 5 stopped by a signal',
    examples: 'Examples:',
    options: 'Options: flag, environment variable, default. A flag takes precedence over a variable.',
  },
  commands: {
    serve: {
      summary: 'Run the server.',
      details: ['It prints its address and its key, and runs until Ctrl-C or SIGTERM.'],
      flags: {},
    },
    connect: {
      summary: 'Print a program that uses the running server, for one of many SDKs and tools.',
      details: [
        'Without CLIENT it lists the clients. The output is a script for a shell, to be run in an empty folder; it contains the key.',
        'The server is the one that uses DIR (BINDERY_DIR, or ./data), or the one at --endpoint or OSS_ENDPOINT.',
        'The key is that of DIR, or of OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.',
      ],
      flags: { bucket: 'bucket to use; demo by default', endpoint: 'address of a server elsewhere' },
    },
    health: {
      summary: 'Check that the running server is ready, for health checks of containers.',
      details: [
        'It prints the answer of /-/health/ready. The exit code is 0 if the server is ready, otherwise 3.',
        'The server is the one that uses DIR (BINDERY_DIR, or ./data), or the one at --endpoint.',
      ],
      flags: { endpoint: 'address of a server elsewhere' },
    },
    doctor: {
      summary: 'Look for what keeps clients from working with a running server.',
      details: [
        'It checks address, readiness, disk, clock, both signatures, how buckets are addressed, and the CORS rules of a bucket.',
        'The server and the key are chosen as by connect. The exit code is 1 if there is a problem.',
      ],
      flags: {
        bucket: 'bucket whose CORS rules are checked',
        endpoint: 'address of a server elsewhere',
        json: 'print one line of JSON per check',
      },
    },
    fsck: {
      summary: 'Check the data folder of a stopped server.',
      details: ['DIR defaults to BINDERY_DIR, or ./data. The exit code is 1 if it has a problem.'],
      flags: {
        bytes: 'read and verify all bytes, not only the metadata',
        repair: 'repair what can be repaired; removed data are kept in DIR/quarantine',
        json: 'print one line of JSON per finding, and a report as the last line',
      },
    },
    backup: {
      summary: 'Copy a data folder, also while a server uses it.',
      details: ['A further backup to the same TARGET copies only new data. An interrupted one continues.'],
      flags: {
        bytes: 'read and verify all bytes of the copy',
        json: 'print one line of JSON per finding, and a report as the last line',
      },
    },
    restore: {
      summary: 'Create a data folder from a backup.',
      details: ['DIR must be empty, or not exist yet.'],
      flags: {
        bytes: 'read and verify all bytes of the copy',
        json: 'print one line of JSON per finding, and a report as the last line',
      },
    },
    keys: {
      summary: 'List and change the keys that requests for KMS encryption name.',
      details: [
        'ACTION is list, create, rotate ID, enable ID, disable ID or rewrap. A running server notices changes within a second.',
        'rewrap puts all keys and secrets under the newest master key, so that older ones can be removed; no server may use DIR.',
        'A line shows id, state, number of versions, and when the newest was made. Rotation rewrites no bytes.',
      ],
      flags: { json: 'print one line of JSON per key' },
    },
    mb: {
      summary: 'Create a bucket.',
      details: SERVER_DETAILS,
      flags: {
        acl: 'private, public-read or public-read-write',
        'storage-class': 'class of objects that name none: Standard, IA, Archive, ColdArchive, DeepColdArchive',
        ...SERVER_FLAGS,
      },
    },
    rb: { summary: 'Delete an empty bucket.', details: SERVER_DETAILS, flags: SERVER_FLAGS },
    ls: {
      summary: 'List buckets, or the objects and folders of a bucket.',
      details: [
        'It lists keys that begin with PREFIX up to the next slash; end a folder with one. Columns: time, size, class, address.',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: 'all keys with the prefix (-r)',
        versions: 'versions and delete markers; * marks the current ones',
        ...SERVER_FLAGS,
      },
    },
    stat: {
      summary: 'Describe a bucket or an object.',
      details: SERVER_DETAILS,
      flags: { 'version-id': 'version of the object', ...SERVER_FLAGS },
    },
    cat: {
      summary: 'Write an object to standard output.',
      details: [
        'A broken connection is continued where it broke. The exit code is 1 if the bytes do not have the CRC-64 of the object.',
        ...SERVER_DETAILS,
      ],
      flags: {
        range: 'bytes FIRST to LAST, counted from 0; without LAST to the end',
        'version-id': 'version of the object',
        ...PLACE_FLAGS,
      },
    },
    rm: {
      summary: 'Delete an object, or all objects whose keys begin with a prefix.',
      details: [
        'A key without an object counts as deleted. In a bucket with versioning, versions stay.',
        'With --recursive it must be confirmed; without a terminal it needs --yes.',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: 'all keys that begin with KEY; oss://BUCKET/ is all of them (-r)',
        yes: 'without a confirmation (-y)',
        'dry-run': 'print what would be deleted (-n)',
        ...SERVER_FLAGS,
      },
    },
    cp: {
      summary: 'Upload, download or copy: one file or object, or all below a folder or prefix.',
      details: [
        'FROM and TO are files, folders, addresses such as oss://BUCKET/KEY, or - for standard input and output.',
        'A TO that ends in a slash, or is a folder, gets the name of FROM. Uploads and downloads are verified by CRC-64 from end to end.',
        'Run again after an interruption, it sends or fetches only what is missing. Ctrl-C ends it after the running parts.',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: 'all files below the folder FROM, or all keys that begin with it (-r)',
        'upload-id': 'continue this upload of the file, begun by any program; see bindery uploads list',
        'no-overwrite': 'keep objects and files that exist; sent as x-oss-forbid-overwrite',
        'dry-run': 'print what would be transferred (-n)',
        ...TRANSFER_FLAGS,
      },
    },
    sync: {
      summary: 'Make a folder or prefix like another one: transfer what is missing or differs.',
      details: [
        'FROM and TO are folders, or prefixes such as oss://BUCKET/PREFIX/; at least one is on a server.',
        'A file is transferred where TO lacks it, has another size, or is older. Both sides are compared while they are listed.',
        ...SERVER_DETAILS,
      ],
      flags: {
        delete: 'delete what only TO has, except for interrupted downloads; refused where FROM is empty',
        checksum: 'compare by size and CRC-64 instead of time',
        'dry-run': 'print what would be transferred and deleted (-n)',
        ...TRANSFER_FLAGS,
      },
    },
    uploads: {
      summary: 'List incomplete multipart uploads with what they hold, and abort them.',
      details: [
        'Columns of list: when it was begun, parts, bytes, upload id, address. Columns of parts: time, number, bytes, ETag.',
        'To continue an upload, run the command again that began it.',
        ...SERVER_DETAILS,
      ],
      flags: {
        all: 'abort: every upload whose address begins so; needs --yes',
        yes: 'abort --all: without a confirmation (-y)',
        'checkpoint-dir': 'folder of the records of interrupted uploads, from which aborted ones are removed',
        ...SERVER_FLAGS,
      },
    },
    sign: {
      summary: 'Print a URL with which a program without a key can read or write an object.',
      details: SERVER_DETAILS,
      flags: {
        method: 'GET (default), PUT or HEAD',
        expires: 'how long it is valid: 900s, 15m (default), 12h; at most 7d',
        'version-id': 'version of the object',
        ...SERVER_FLAGS,
      },
    },
    admin: {
      summary: 'Manage users, access keys, groups, roles and policies of a running server.',
      details: [],
      flags: {},
    },
    help: { summary: 'Explain the commands, or one of them.', details: [], flags: {} },
    version: { summary: 'Print the version.', details: [], flags: {} },
  },
}
