// size: exempt (a table: the texts of each command)
import type { CommandTexts, HelpSentences } from './sentences.js'

const SERVER_DETAILS = [
  'The key is that of OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET, or of the data folder.',
] as const

/** The help pages. */
export const ENGLISH_COMMANDS: { readonly help: HelpSentences; readonly commands: CommandTexts } = {
  help: {
    title: 'Bindery, an object store that speaks the OSS protocol.',
    usage: 'Usage: bindery COMMAND [arguments] [flags]',
    subjects: {
      objects: 'Objects:',
      uploads: 'Multipart uploads, and requests of any kind:',
      buckets: 'Buckets:',
      server: 'The server and its data:',
      settings: 'This command:',
    },
    more: 'Arguments, flags and examples of a command: bindery help COMMAND\nIn the other language: --language zh. With the output of ossutil 1: --compat ossutil',
    exitCodes:
      'Exit codes: 0 success, 1 wrong arguments, 2 the server refused, 3 the machine or network\n' +
      'prevented it, 4 some of many failed, 5 stopped by a signal, 6 a check found a problem',
    examples: 'Examples:',
    options:
      'Options: flag, environment variable, default. Flags take precedence over variables, and variables over the file of --config.',
  },
  commands: {
    serve: {
      summary: 'Run the server.',
      details: ['It prints its address and its key, and runs until Ctrl-C or SIGTERM.'],
      flags: {},
    },
    connect: {
      summary: 'Print a ready-made program for an SDK or tool, with the address and key of the running server.',
      details: [
        'Without CLIENT it lists the clients. The output is a shell script to run in an empty folder. It contains the key.',
        'The server is the one that uses DIR (BINDERY_DIR, or ./data), or the one at --endpoint or OSS_ENDPOINT.',
        'The key is that of DIR, or of OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.',
      ],
      flags: {
        bucket: 'bucket to use; demo by default',
        endpoint: 'address of a server elsewhere',
        json: 'print one line of JSON per client, or one with the script',
      },
    },
    health: {
      summary: 'Check whether the running server is ready, for example in container health checks.',
      details: [
        'It prints the answer of /-/health/ready. The exit code is 0 if the server is ready, otherwise 3.',
        'The server is the one that uses DIR (BINDERY_DIR, or ./data), or the one at --endpoint.',
      ],
      flags: { endpoint: 'address of a server elsewhere', json: 'changes nothing: the answer is always JSON' },
    },
    doctor: {
      summary: 'Find out why clients have problems with a running server.',
      details: [
        'It checks address, readiness, disk, clock, both signatures, how buckets are addressed, and the CORS rules of a bucket.',
        'The server and the key are chosen as by connect. The exit code is 6 if there is a problem.',
      ],
      flags: {
        bucket: 'bucket whose CORS rules are checked',
        endpoint: 'address of a server elsewhere',
        json: 'print one line of JSON per check',
      },
    },
    fsck: {
      summary: 'Check the data folder of a stopped server.',
      details: [
        'DIR defaults to BINDERY_DIR, or ./data. The exit code is 6 if it has a problem.',
        'Without DIR, and with BINDERY_METADATA, BINDERY_BLOBS and their keys as for serve, it checks a cluster whose gateways have stopped.',
      ],
      flags: {
        bytes: 'read and verify all bytes, not only the metadata',
        repair: 'repair what can be repaired; removed data is kept in DIR/quarantine, for a cluster in ./quarantine',
        json: 'print one line of JSON per finding, and a report as the last line',
      },
    },
    backup: {
      summary: 'Back up a data folder or a cluster, even while servers use it.',
      details: [
        'Another backup to the same TARGET copies only new data. An interrupted backup continues.',
        'With the word cluster instead of DIR, it copies a consistent state of the cluster of BINDERY_METADATA and BINDERY_BLOBS.',
      ],
      flags: {
        bytes: 'read and verify all bytes of the copy',
        json: 'print one line of JSON per finding, and a report as the last line',
      },
    },
    restore: {
      summary: 'Create a data folder from a backup, or make archived objects readable for some days.',
      details: [
        'DIR must be empty, or not exist yet. With an address it requests the restoration of archived objects.',
        'With the word cluster instead of DIR, it fills the empty cluster of BINDERY_METADATA and BINDERY_BLOBS.',
      ],
      flags: {
        recursive: 'all keys that begin with KEY',
        bytes: 'read and verify all bytes of the copy',
        json: 'print one line of JSON per finding, and a report as the last line',
      },
    },
    migrate: {
      summary: 'Move everything from a data folder to a cluster, or back, while servers keep serving reads.',
      details: [
        'FROM or TO is the word cluster, for the cluster of BINDERY_METADATA and BINDERY_BLOBS with their keys, as for serve; the other is a folder. TO must be empty.',
        'Servers of FROM may run. They accept writes until the last pass, which copies what is new, and refuse them from then on with 503: start the servers of TO, and direct clients there.',
        'Every row is compared, and TO is checked, before it can be served. Nothing in FROM is changed or deleted. --undo lets it accept writes again; what TO got meanwhile stays there.',
        'An interrupted run is continued by the same command. The exit code is 6 if TO has a problem.',
      ],
      flags: {
        bytes: 'read and verify all bytes of TO',
        json: 'print one line of JSON per finding, and a report as the last line',
      },
    },
    upgrade: {
      summary:
        'Check whether this release can use a data folder or a backup, before you install it in place of another.',
      details: [
        'Nothing is changed, and the network is not used. A server may use DIR. DIR defaults to BINDERY_DIR, or ./data.',
        'The exit code is 0 if a server of this release starts on DIR (or the backup can be restored), and 6 if it refuses.',
        'No release converts data folders so far, so --check is required for them.',
        'Without DIR, and with BINDERY_METADATA, BINDERY_BLOBS and their keys as for serve, it brings the database of a cluster up to this release. Older gateways keep working until --finish.',
      ],
      flags: { json: 'print the result as one line of JSON' },
    },
    keys: {
      summary: 'List and change KMS keys and master keys.',
      details: [
        'ACTION is list, create, rotate ID, enable ID or disable ID. A running server notices changes within a second.',
        'For master keys, ACTION is masters, generate, rewrap or retire ID; except for masters, no server may use DIR.',
        'generate adds a key for new data. rewrap re-encrypts all keys and secrets with the newest key; retire does so and removes an older one.',
        'Without DIR, and with BINDERY_METADATA and the other variables of a gateway, they are the keys of a cluster; its master keys are those of the variable.',
        'Each line shows ID, state, number of versions, and the time of the newest one. Rotation does not rewrite data.',
      ],
      flags: { json: 'print one line of JSON per key' },
    },
    mb: {
      summary: 'Create a bucket.',
      details: SERVER_DETAILS,
      flags: {
        acl: 'private, public-read or public-read-write',
        'storage-class': 'class of objects that name none: Standard, IA, Archive, ColdArchive, DeepColdArchive',
      },
    },
    rb: {
      summary: 'Delete a bucket.',
      details: ['It must be empty, unless --force is given.', ...SERVER_DETAILS],
      flags: { yes: 'empty it first: all objects, versions and parts of uploads' },
    },
    ls: {
      summary: 'List buckets, or the objects and folders of a bucket.',
      details: [
        'It lists keys that begin with PREFIX up to the next slash; end a folder with one. Columns: time, size, class, address.',
        'In PREFIX, * and ? match within one folder and ** across folders; quote them for the shell.',
        'A template of --format has {address}, {key}, {size}, {modified}, {class}, {etag}, {version} and {kind}; \\t, \\n and \\0 are escapes.',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: 'all keys with the prefix',
        mpu: 'incomplete uploads: time, parts, bytes, id, address',
      },
    },
    stat: {
      summary: 'Describe a bucket or an object.',
      details: SERVER_DETAILS,
      flags: {},
    },
    cat: {
      summary: 'Write an object to standard output.',
      details: [
        'After a broken connection it resumes where it stopped. The exit code is 6 if the bytes do not have the CRC-64 of the object.',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    rm: {
      summary: 'Delete an object, or all objects whose keys begin with a prefix.',
      details: [
        'A key without an object counts as deleted. In a bucket with versioning, versions stay.',
        'With --recursive or a pattern it must be confirmed; without a terminal it needs --yes.',
        'In KEY, * and ? match within one folder and ** across folders; quote them for the shell.',
        'A pattern without a slash matches the last part of a name. The last matching rule decides; if none matches, the name is included, unless the first rule is an --include.',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: 'all keys that begin with KEY; oss://BUCKET/ is all of them',
        'dry-run': 'print what would be deleted',
        'all-versions': 'every version and delete marker; this cannot be undone',
      },
    },
    cp: {
      summary: 'Upload, download or copy: one file or object, or all below a folder or prefix.',
      details: [
        'FROM and TO are files, folders, addresses such as oss://BUCKET/KEY, or - for standard input and output.',
        'PROFILE:BUCKET/KEY is on the server of a profile; copies between two servers pass through this machine.',
        'In KEY, * and ? match within one folder and ** across folders; quote them for the shell.',
        'If TO ends in a slash or is a folder, the name of FROM is appended. Uploads and downloads are verified by CRC-64 from end to end.',
        'A pattern without a slash matches the last part of a name. The last matching rule decides; if none matches, the name is included, unless the first rule is an --include.',
        'After an interruption, run it again: it transfers only what is missing. Ctrl-C waits for the running parts.',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: 'all files below the folder FROM, or all keys that begin with it',
        'dry-run': 'print what would be transferred',
        'version-id': 'version of the object FROM',
        yes: 'replace existing targets without confirmation',
      },
    },
    sync: {
      summary: 'Synchronize folders or prefixes: transfer what is missing or different.',
      details: [
        'FROM and TO are folders, or prefixes such as oss://BUCKET/PREFIX/; at least one is on a server.',
        'A file is transferred if TO lacks it, has a different size, or is older.',
        'What --include and --exclude omit (see cp) is neither transferred nor deleted.',
        ...SERVER_DETAILS,
      ],
      flags: {
        'dry-run': 'print what would be transferred and deleted',
        yes: 'accepted for scripts: there is no confirmation',
      },
    },
    mv: {
      summary: 'Move: upload, download or copy, then delete each source.',
      details: [
        'FROM and TO are as for cp. A source is deleted after its target has been verified; what was skipped stays.',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: 'all files below the folder FROM, or all keys that begin with it',
        'dry-run': 'print what would be moved',
        yes: 'replace existing targets without confirmation',
      },
    },
    mirror: {
      summary: 'Make a folder or prefix an exact copy of another one, once or continuously.',
      details: [
        'Same as sync --delete. With --watch it keeps running: changes in a folder are noticed at once, changes below a prefix at the next comparison.',
        'If a later run fails, for example because the server is unreachable, it is reported and tried again. Ctrl-C between runs exits with 0.',
        ...SERVER_DETAILS,
      ],
      flags: {
        'dry-run': 'print what would be transferred and deleted',
        yes: 'accepted for scripts: there is no confirmation',
      },
    },
    put: {
      summary: 'Upload standard input, whatever its length.',
      details: [
        'Parts grow with the length, up to the largest possible object. After an error or Ctrl-C nothing is left on the server.',
        ...SERVER_DETAILS,
      ],
      flags: { yes: 'accepted for scripts: there is no confirmation', 'dry-run': 'print what would be transferred' },
    },
    touch: {
      summary: 'Create an empty object, or set the modification time of an existing one to now.',
      details: [
        'An existing object is copied onto itself, which moves no data but creates a new version in a bucket with versioning.',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    du: {
      summary: 'Count the objects and bytes below a prefix.',
      details: ['Columns: objects, bytes, readable size, group.', ...SERVER_DETAILS],
      flags: { versions: 'count all versions' },
    },
    tree: {
      summary: 'Show keys as folders within folders.',
      details: SERVER_DETAILS,
      flags: {},
    },
    find: {
      summary: 'Print the files or objects below a folder or prefix that match.',
      details: [
        'Columns: time, bytes, address. A template has {address}, {name}, {size}, {modified}, {class} and {etag}; \\t and \\n are escapes.',
        ...SERVER_DETAILS,
      ],
      flags: { 'storage-class': 'only objects of this class' },
    },
    diff: {
      summary: 'Compare two folders or prefixes by name, size and CRC-64.',
      details: [
        'Signs: < only in ONE, > only in OTHER, ! different. The exit code is 6 if they differ. CRC-64 takes one request per object, and reads files.',
        ...SERVER_DETAILS,
      ],
      flags: { 'size-only': 'compare by name and size' },
    },
    hash: {
      summary: 'Print checksums of a file or object, or compare two.',
      details: [
        'The checksums of an object are those that the server reports. With OTHER the exit code is 6 if size or CRC-64 differ.',
        ...SERVER_DETAILS,
      ],
      flags: { bytes: 'read the bytes of objects' },
    },
    mkdir: {
      summary: 'Create an empty object that represents a folder.',
      details: [
        'A folder exists as soon as a key begins with its name. Some programs show it only if it has such an object.',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    append: {
      summary: 'Append a file or standard input to an object.',
      details: [
        'The first append creates the object, with the properties in the flags. Objects that were created in another way cannot be appended to.',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    symlink: {
      summary: 'Create a symbolic link to another object of the bucket.',
      details: ['Reading LINK returns the current TARGET.', ...SERVER_DETAILS],
      flags: { 'no-overwrite': 'keep an object that exists' },
    },
    'set-props': {
      summary: 'Change headers, metadata, ACL, storage class or tags of objects.',
      details: [
        'Everything else stays. Changing headers or the class copies the object onto itself, which moves no data but creates a new version in a bucket with versioning.',
        ...SERVER_DETAILS,
      ],
      flags: { recursive: 'all keys that begin with KEY' },
    },
    tag: {
      summary: 'Print or change the tags of an object or a bucket.',
      details: ["Without TAGS it prints them; TAGS such as 'stage=raw&team=a' replace them.", ...SERVER_DETAILS],
      flags: { delete: 'delete all tags' },
    },
    mpu: {
      summary: 'List, resume, complete and abort incomplete multipart uploads.',
      details: [
        'ls: the uploads with start time, parts, bytes and ID. parts: time, number, bytes and ETag. du: the sums.',
        'map: which parts are stored, and with --upload FILE what is left to send; without ID of the latest upload of the key.',
        'resume: sends the missing parts of FILE, whichever program began the upload. complete: makes an object of the stored parts.',
        'abort: frees the parts. gc: aborts the uploads without activity for --older-than (7d). watch: events, or the map of one upload.',
        ...SERVER_DETAILS,
      ],
      flags: {
        all: 'abort: every upload whose address begins with this one. complete: even if part numbers before the last are missing',
        yes: 'abort --all and gc: without a confirmation',
        'dry-run': 'abort --all, gc and complete: print what would be done',
        'min-age': 'gc: how long nothing has happened to an upload; 7d by default',
        upload: 'map: the file, from whose size the plan is made',
        'no-overwrite': 'complete: keep an object that exists',
        'checkpoint-dir': 'folder of the records of interrupted uploads, from which aborted ones are removed',
      },
    },
    bucket: {
      summary: 'Read, set and delete the configuration of a bucket: ACL, CORS, lifecycle, policy and others.',
      details: [
        'Without arguments it lists the documents, with what can be done to each.',
        'get prints the document in the format of OSS (XML or JSON), or with --json as JSON; set accepts both.',
        'A setting that is one header, such as the ACL, takes its VALUE.',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    presign: {
      summary: 'Print a URL for reading or writing an object without a key.',
      details: [
        'With --query the URL is that of any request: on an object, on a bucket (oss://BUCKET), or on the server (oss://).',
        'With --upload it begins a multipart upload, and prints a script for sh, dd and curl that sends the parts and completes it.',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    admin: {
      summary: 'Manage users, access keys, groups, roles and policies of a running server.',
      details: [],
      flags: {},
    },
    api: { summary: 'Send one request of any operation, and print its answer as JSON.', details: [], flags: {} },
    config: {
      summary: 'Read and write the settings of a profile: the server and the key; or explain the options of a server.',
      details: [
        'Settings: endpoint, region, access-key-id, access-key-secret, sts-token, addressing-style, sign-version, credential-process.',
        'VALUE - is read from standard input, so that no secret is on the command line. credential-process is a program that prints a key as JSON.',
        'The file is BINDERY_CONFIG, or bindery/config below XDG_CONFIG_HOME, readable by its owner alone.',
        'explain prints each option that serve would use with the same flags, variables and file: its value, and where it comes from. Secrets are not shown.',
      ],
      flags: { profile: 'name of the profile; without it, the one named default', json: 'print it as JSON' },
    },
    profile: {
      summary: 'List the profiles that commands can use with --profile.',
      details: [
        'Profiles come from bindery config, ~/.ossutilconfig (OSSUTIL_CONFIG_FILE) and ~/.aws; of those with one name the first counts. Secrets are not printed.',
      ],
      flags: { json: 'print one line of JSON per profile' },
    },
    completion: {
      summary: 'Print a shell script that completes commands, flags, and names of buckets and objects.',
      details: [],
      flags: {},
    },
    run: {
      summary: 'Run command lines from a file, several at a time, in one process.',
      details: [
        'Each line is a command without bindery, quoted as for a shell; # begins a comment. No order is kept between lines.',
        'Failed lines are reported with their numbers, and the others still run; the exit code is then 4.',
      ],
      flags: {
        jobs: 'lines at a time, 1 to 64; 5 by default',
        json: 'print one line of JSON per failed line, and a summary',
      },
    },
    probe: {
      summary: 'Measure each step to a server: name, connection, TLS, response, key, and with a bucket also transfers.',
      details: [
        'It stops at the first step that fails, with exit code 6, and deletes what it stored. To check how a server is set up, use doctor.',
        ...SERVER_DETAILS,
      ],
      flags: { size: 'bytes of the object that is uploaded and downloaded; 8MiB by default' },
    },
    bench: {
      summary: 'Measure uploads and downloads with temporary objects.',
      details: [
        'Columns: requests, requests per second, bytes per second, and the times within which half and 99 % of the requests end.',
        ...SERVER_DETAILS,
      ],
      flags: { jobs: 'requests at a time, 1 to 64; 8 by default' },
    },
    help: {
      summary: 'Explain the commands, or one of them.',
      details: [],
      flags: { json: 'print one line of JSON per command' },
    },
    version: { summary: 'Print the version.', details: [], flags: { json: 'print it as JSON' } },
  },
}
