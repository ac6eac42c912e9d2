// size: exempt (a table: the texts of each command)
import type { CommandTexts, HelpSentences } from './sentences.js'

const SERVER_DETAILS = ['访问密钥取自 OSS_ACCESS_KEY_ID 和 OSS_ACCESS_KEY_SECRET、Profile 或数据目录。'] as const

/** The help pages. */
export const CHINESE_COMMANDS: { readonly help: HelpSentences; readonly commands: CommandTexts } = {
  help: {
    title: 'Bindery：支持阿里云 OSS 和 Amazon S3 协议的对象存储。',
    usage: '用法：bindery COMMAND [参数]',
    subjects: {
      objects: '对象：',
      uploads: '分片上传，以及任意请求：',
      buckets: 'Bucket：',
      server: '服务器及其数据：',
      settings: '本命令：',
    },
    more: '查看命令的参数和示例：bindery help COMMAND\nEnglish: --language en。供解析 ossutil 1 输出的脚本使用：--compat ossutil',
    exitCodes:
      '退出码：0 成功，1 参数有误，2 服务器拒绝了请求，3 受本机或网络所限，4 部分项目失败，5 被信号停止，6 检查发现问题',
    examples: '示例：',
    groups: {
      own: '参数：',
      selection: '从多个文件或对象中选择：',
      properties: '对象的属性：',
      server: '服务器和访问密钥：',
      output: '输出：',
    },
    values: '取值：',
    fallback: '默认值：',
    options:
      '各选项的参数和环境变量。参数优先于环境变量，环境变量优先于 --config 指定的文件。机密信息可以放在文件中，例如用 BINDERY_ACCESS_KEY_SECRET_FILE 指定。',
  },
  commands: {
    serve: {
      summary: '运行服务器。',
      details: ['启动时打印地址和访问密钥；按 Ctrl-C 或收到 SIGTERM 后停止。'],
      flags: {},
    },
    connect: {
      summary: '打印连接到运行中服务器的示例程序，支持多种 SDK 和工具。',
      details: [
        '不带 CLIENT 时列出全部客户端。输出为 shell 脚本，请在空目录中运行；其中包含访问密钥。',
        '使用正在使用 DIR（BINDERY_DIR 或 ./data）的服务器，或用 --endpoint、OSS_ENDPOINT 指定。',
        '访问密钥取自 DIR，或取自 OSS_ACCESS_KEY_ID 和 OSS_ACCESS_KEY_SECRET。',
      ],
      flags: {
        bucket: '使用的 Bucket，默认为 demo',
        endpoint: '其他服务器的地址',
        json: '每个客户端一行 JSON，或一行含脚本的 JSON',
      },
    },
    env: {
      summary: '打印 SDK 和工具连接到运行中服务器所需的环境变量。',
      details: [
        'eval "$(bindery env)" 设置 OSS_ENDPOINT、OSS_REGION、OSS_ACCESS_KEY_ID 和 OSS_ACCESS_KEY_SECRET，以及 S3 的相应变量：AWS_ENDPOINT_URL、AWS_REGION、AWS_DEFAULT_REGION、AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY。同时删除属于其他密钥的安全令牌。',
        '使用正在使用 DIR（BINDERY_DIR 或 ./data）的服务器，或用 --endpoint 指定。',
        '访问密钥是服务器启动时使用的密钥，取自 DIR 或环境变量；使用 --endpoint 时取自 OSS_ACCESS_KEY_ID 和 OSS_ACCESS_KEY_SECRET。',
      ],
      flags: {
        shell: '设置变量的方式：sh（默认）、fish 或 powershell',
        dialect: '只打印 oss 或 s3 的变量；默认两者都打印',
        endpoint: '其他服务器的地址',
        json: '以一行 JSON 打印这些变量',
      },
    },
    health: {
      summary: '检查运行中的服务器是否就绪，供容器的健康检查使用。',
      details: [
        '打印 /-/health/ready 的响应。服务器就绪时退出码为 0，否则为 3。',
        '使用正在使用 DIR（BINDERY_DIR 或 ./data）的服务器，或用 --endpoint 指定。',
      ],
      flags: { endpoint: '其他服务器的地址', json: '响应本身就是 JSON' },
    },
    doctor: {
      summary: '查找客户端无法使用运行中服务器的原因。',
      details: [
        '检查地址、就绪状态、磁盘、时钟、两种签名、Bucket 的寻址方式，以及一个 Bucket 的 CORS 规则。',
        '服务器和密钥的选择与 connect 相同。有问题时退出码为 6。',
      ],
      flags: {
        bucket: '检查其 CORS 规则的 Bucket',
        endpoint: '其他服务器的地址',
        json: '每项检查一行 JSON',
      },
    },
    fsck: {
      summary: '检查数据目录（服务器须已停止）。',
      details: [
        'DIR 默认为 BINDERY_DIR 或 ./data。发现问题时退出码为 6。',
        '不带 DIR 并像 serve 一样设置 BINDERY_METADATA、BINDERY_BLOBS 及其密钥时，检查网关均已停止的集群。',
      ],
      flags: {
        bytes: '读取并校验全部数据，而不仅是元数据',
        repair: '修复能修复的问题；移出的内容保存在 DIR/quarantine（集群为 ./quarantine）',
        json: '每个问题一行 JSON，最后一行是总结',
      },
    },
    backup: {
      summary: '备份数据目录或集群，服务器可以正在运行。',
      details: [
        '再次备份到同一 TARGET 时只复制新增内容；中断的备份会继续进行。',
        '将 DIR 写为 cluster 时，备份 BINDERY_METADATA 和 BINDERY_BLOBS 所指定集群的一致状态。',
      ],
      flags: { bytes: '读取并校验副本的全部数据', json: '每个问题一行 JSON，最后一行是总结' },
    },
    restore: {
      summary: '将备份恢复为数据目录，或解冻归档对象。',
      details: [
        'DIR 必须为空，或尚不存在。指定地址时，解冻归档对象。',
        '将 DIR 写为 cluster 时，恢复到 BINDERY_METADATA 和 BINDERY_BLOBS 所指定的空集群。',
      ],
      flags: {
        recursive: '以 KEY 开头的全部 Key',
        bytes: '读取并校验副本的全部数据',
        json: '每个问题一行 JSON，最后一行是总结',
      },
    },
    migrate: {
      summary: '将全部数据从数据目录迁移到集群，或从集群迁移到数据目录，其间可以继续读取。',
      details: [
        'FROM 和 TO 中的一个写为 cluster，表示 BINDERY_METADATA 和 BINDERY_BLOBS（及其密钥，与 serve 相同）所指定的集群；另一个为目录。TO 必须为空。',
        'FROM 的服务器可以正在运行：在复制最后的更改之前接受写入，之后以 503 拒绝写入。此时请启动 TO 的服务器，并将客户端切换过去。',
        '在 TO 可以使用之前，会逐行比较并进行检查。FROM 中的内容不会更改或删除。--undo 使 FROM 重新接受写入；此前写入 TO 的内容仍留在 TO 中。',
        '中断后用同一命令继续。TO 有问题时退出码为 6。',
      ],
      flags: { bytes: '读取并校验 TO 的全部数据', json: '每个问题一行 JSON，最后一行是总结' },
    },
    upgrade: {
      summary: '在用本版本替换其他版本之前，检查它能否读取数据目录或备份。',
      details: [
        '不改动任何内容，也不使用网络；服务器可以正在使用 DIR。DIR 默认为 BINDERY_DIR 或 ./data。',
        '本版本的服务器可以在 DIR 上启动（或备份可以恢复）时，退出码为 0；否则为 6。',
        '目前没有需要转换的数据目录，因此用于目录时必须加上 --check。',
        '不带 DIR 并像 serve 一样设置 BINDERY_METADATA、BINDERY_BLOBS 及其密钥时，把集群的数据库升级到本版本。在使用 --finish 之前，旧版本的网关可以继续运行。',
      ],
      flags: { json: '以一行 JSON 显示结果' },
    },
    keys: {
      summary: '列出和更改 KMS 加密可以使用的密钥，以及主密钥。',
      details: [
        'ACTION 为 list、create、rotate ID、enable ID 或 disable ID。正在运行的服务器会在一秒内察觉更改。',
        '对于主密钥，ACTION 为 masters、generate、rewrap 或 retire ID；除 masters 外，执行时 DIR 不能正在被服务器使用。',
        'generate 添加一个主密钥，用于保护此后的新数据。rewrap 用最新的主密钥重新加密所有密钥；之后可以用 retire 删除旧的主密钥。',
        '不带 DIR 并设置 BINDERY_METADATA 及网关的其他变量时，操作集群的密钥；集群的主密钥由环境变量提供。',
        '每行依次是 ID、状态、版本数和最新版本的创建时间。轮换不会重写数据。',
      ],
      flags: { json: '每个密钥一行 JSON' },
    },
    mb: {
      summary: '创建 Bucket。',
      details: SERVER_DETAILS,
      flags: {
        acl: 'private、public-read 或 public-read-write',
        'storage-class': '对象的默认存储类型：Standard、IA、Archive、ColdArchive、DeepColdArchive',
      },
    },
    rb: {
      summary: '删除 Bucket。',
      details: ['Bucket 必须为空，除非使用 --force。', ...SERVER_DETAILS],
      flags: { yes: '先清空 Bucket：删除全部对象、版本和碎片' },
    },
    ls: {
      summary: '列出 Bucket，或 Bucket 中的对象和目录。',
      details: [
        '列出以 PREFIX 开头的 Key，到下一个斜杠为止；目录请以斜杠结尾。各列为：时间、大小、存储类型、地址。',
        'PREFIX 中的 * 和 ? 只匹配一级目录之内的内容，** 可以跨目录；在 shell 中请加引号。',
        '--format 的模板可以使用 {address}、{key}、{size}、{modified}、{class}、{etag}、{version} 和 {kind}；\\t、\\n、\\0 为转义字符。',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: '列出该前缀下的全部 Key',
        mpu: '未完成的上传：时间、分片数、字节数、ID、地址',
      },
    },
    stat: {
      summary: '显示 Bucket 或对象的信息。',
      details: SERVER_DETAILS,
      flags: {},
    },
    cat: {
      summary: '把对象写到标准输出。',
      details: ['连接中断时从中断处继续。内容与对象的 CRC-64 不符时退出码为 6。', ...SERVER_DETAILS],
      flags: {},
    },
    rm: {
      summary: '删除一个对象，或 Key 以某前缀开头的全部对象。',
      details: [
        '对象不存在时同样视为删除成功。开启版本控制的 Bucket 会保留历史版本。',
        '使用 --recursive 或通配符时会先确认；没有终端时需要 --yes。',
        'KEY 中的 * 和 ? 只匹配一级目录之内的内容，** 可以跨目录；在 shell 中请加引号。',
        '不含斜杠的 --include、--exclude 规则匹配名称的最后一段。以最后一条匹配的规则为准；没有规则匹配时选中，但如果第一条规则是 --include 则不选中。',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: '以 KEY 开头的全部 Key；oss://BUCKET/ 表示整个 Bucket',
        'dry-run': '只打印将被删除的对象',
        'all-versions': '永久删除全部版本和删除标记',
      },
    },
    cp: {
      summary: '上传、下载或拷贝一个文件或对象，或者目录或前缀下的全部内容。',
      details: [
        'FROM 和 TO 是文件、目录、oss://BUCKET/KEY 形式的地址，或表示标准输入输出的 -。',
        'PROFILE:BUCKET/KEY 表示该 Profile 所指服务器上的对象；在两个服务器之间拷贝时，数据经过本机。',
        'KEY 中的 * 和 ? 只匹配一级目录之内的内容，** 可以跨目录；在 shell 中请加引号。',
        'TO 以斜杠结尾或为目录时，沿用 FROM 的名称。上传和下载全程用 CRC-64 校验。',
        '不含斜杠的 --include、--exclude 规则匹配名称的最后一段。以最后一条匹配的规则为准；没有规则匹配时选中，但如果第一条规则是 --include 则不选中。',
        '中断后再次运行，只传输缺少的部分。按 Ctrl-C 后，传输中的分片完成后停止。',
        ...SERVER_DETAILS,
      ],
      flags: {
        recursive: '目录 FROM 下的全部文件，或以其开头的全部 Key',
        'dry-run': '只打印将要传输的内容',
        'version-id': '对象 FROM 的版本',
        yes: '替换已存在的目标而不询问',
      },
    },
    sync: {
      summary: '同步目录或前缀：传输缺少或不同的内容。',
      details: [
        'FROM 和 TO 是目录，或 oss://BUCKET/PREFIX/ 形式的前缀；至少有一方在服务器上。',
        '传输 TO 中不存在、大小不同或较旧的文件。两侧边列举边比较。',
        '被 --include、--exclude（参见 cp）排除的内容既不传输，也不删除。',
        ...SERVER_DETAILS,
      ],
      flags: {
        'dry-run': '只打印将要传输和删除的内容',
        yes: '为兼容脚本而接受：命令不会询问',
      },
    },
    mv: {
      summary: '移动：上传、下载或拷贝，并在目标完成后删除源。',
      details: ['FROM 和 TO 与 cp 相同。校验目标之后才删除源；跳过的内容会保留。', ...SERVER_DETAILS],
      flags: {
        recursive: '目录 FROM 下的全部文件，或以其开头的全部 Key',
        'dry-run': '只打印将要移动的内容',
        yes: '替换已存在的目标而不询问',
      },
    },
    mirror: {
      summary: '使一个目录或前缀与另一个完全一致，可执行一次或持续执行。',
      details: [
        '相当于 sync --delete。带 --watch 时持续运行：目录的变化立即发现，前缀的变化在下次比较时发现。',
        '后续运行失败时（例如服务器不可达）会报告并重试。在两次运行之间按 Ctrl-C 视为成功。',
        ...SERVER_DETAILS,
      ],
      flags: { 'dry-run': '只打印将要传输和删除的内容', yes: '为兼容脚本而接受：命令不会询问' },
    },
    put: {
      summary: '上传标准输入，长度不限。',
      details: [
        '分片大小随长度增大，因此任意长度的流都能上传。出错或按 Ctrl-C 时，不会在服务器上留下碎片。',
        ...SERVER_DETAILS,
      ],
      flags: { yes: '为兼容脚本而接受：命令不会询问', 'dry-run': '只打印将要传输的内容' },
    },
    touch: {
      summary: '创建空对象，或把已有对象的时间改为现在。',
      details: ['将对象拷贝到自身，不移动数据；在开启版本控制的 Bucket 中会产生新版本。', ...SERVER_DETAILS],
      flags: {},
    },
    du: {
      summary: '统计前缀下的对象数和字节数。',
      details: ['各列为：对象数、字节数、便于阅读的大小、分组。', ...SERVER_DETAILS],
      flags: { versions: '统计全部版本' },
    },
    tree: {
      summary: '以目录树显示 Key。',
      details: SERVER_DETAILS,
      flags: {},
    },
    find: {
      summary: '打印目录或前缀下匹配的文件或对象。',
      details: [
        '各列为：时间、字节数、地址。模板可以用 {address}、{name}、{size}、{modified}、{class} 和 {etag}；\\t 和 \\n 为转义字符。',
        ...SERVER_DETAILS,
      ],
      flags: { 'storage-class': '只打印该存储类型的对象' },
    },
    diff: {
      summary: '按名称、大小和 CRC-64 比较两个目录或前缀。',
      details: [
        '符号：< 只在 ONE，> 只在 OTHER，! 不同。有差异时退出码为 6。CRC-64 需要每个对象一个请求，并读取文件。',
        ...SERVER_DETAILS,
      ],
      flags: { 'size-only': '按名称和大小比较' },
    },
    hash: {
      summary: '打印文件或对象的校验值，或比较两者。',
      details: ['对象的校验值由服务器报告。带 OTHER 时，大小或 CRC-64 不同则退出码为 6。', ...SERVER_DETAILS],
      flags: { bytes: '读取对象的数据' },
    },
    mkdir: {
      summary: '创建表示目录的空对象。',
      details: [
        '目录本身不需要这样的对象：只要有 Key 以该目录开头，目录就存在。但有些程序只在该对象存在时才显示目录。',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    append: {
      summary: '把文件或标准输入追加到对象。',
      details: ['首次追加时创建对象，并采用参数指定的属性。以其他方式上传的对象不能追加。', ...SERVER_DETAILS],
      flags: {},
    },
    symlink: {
      summary: '创建指向同一 Bucket 中另一个对象的软链接。',
      details: ['读取 LINK 时，返回 TARGET 当时的内容。', ...SERVER_DETAILS],
      flags: { 'no-overwrite': '保留已存在的对象' },
    },
    'set-props': {
      summary: '更改对象的属性：HTTP 头、元数据、ACL、存储类型、标签。',
      details: [
        '没有指定的属性不变。更改 HTTP 头和存储类型时，对象会拷贝到自身，不移动数据，但在开启版本控制的 Bucket 中会产生新版本。',
        ...SERVER_DETAILS,
      ],
      flags: { recursive: '以 KEY 开头的全部 Key' },
    },
    tag: {
      summary: '打印或更改对象或 Bucket 的标签。',
      details: ["不带 TAGS 时打印标签；'stage=raw&team=a' 形式的 TAGS 替换原有标签。", ...SERVER_DETAILS],
      flags: { delete: '删除全部标签' },
    },
    mpu: {
      summary: '列出、继续、完成和取消未完成的分片上传。',
      details: [
        'ls：列出上传及其开始时间、分片数、字节数和 ID。parts：时间、编号、字节数和 ETag。du：总计。',
        'map：已存储的分片；加上 --upload FILE 时还显示尚未上传的内容；不带 ID 时为该 Key 最近的上传。',
        'resume：上传 FILE 中缺少的部分，无论上传由哪个程序开始。complete：用已存储的分片生成对象。',
        'abort：取消上传并删除分片。gc：取消超过 --older-than（7d）没有活动的上传，清理碎片。watch：显示事件，或一个上传的分片图。',
        ...SERVER_DETAILS,
      ],
      flags: {
        all: 'abort：取消地址以此开头的全部上传。complete：分片编号不连续时也完成',
        yes: 'abort --all 和 gc：不再确认',
        'dry-run': 'abort --all、gc 和 complete：只打印将要执行的操作',
        'min-age': 'gc：上传没有活动的时间；默认 7d',
        upload: 'map：要上传的文件，按其大小计算',
        'no-overwrite': 'complete：保留已存在的对象',
        'checkpoint-dir': '保存断点记录的目录；取消的上传会从中移除',
      },
    },
    bucket: {
      summary: '读取、设置和删除 Bucket 的配置：ACL、CORS、生命周期、策略等。',
      details: [
        '不带参数时列出各种配置，以及可以对其进行的操作。',
        'get 按 OSS 的形式（XML 或 JSON）打印配置，set 接受 XML 或 JSON。--json 以 JSON 打印。',
        '只由一个请求头表示的设置（例如 ACL）使用 VALUE。',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    presign: {
      summary: '打印用于读写对象的预签名 URL，使用者无需访问密钥。',
      details: [
        '使用 --query 时，URL 用于对象、Bucket（oss://BUCKET）或服务器（oss://）的任意请求。',
        '使用 --upload 时，初始化一个分片上传，并打印用 sh、dd 和 curl 上传分片并完成上传的脚本。',
        ...SERVER_DETAILS,
      ],
      flags: {},
    },
    admin: { summary: '管理运行中服务器的账号、用户、访问密钥、用户组、角色和权限策略。', details: [], flags: {} },
    api: { summary: '发送任意操作的一个请求，并以 JSON 打印响应。', details: [], flags: {} },
    config: {
      summary: '读取和更改 Profile（服务器地址和访问密钥），或说明服务器的各选项。',
      details: [
        '设置项：endpoint、region、access-key-id、access-key-secret、sts-token、addressing-style、sign-version、dialect、proxy、credential-process。',
        'VALUE 为 - 时从标准输入读取，密钥不会出现在命令行中。credential-process 是以 JSON 打印密钥的程序。',
        '配置文件为 BINDERY_CONFIG，或 XDG_CONFIG_HOME 下的 bindery/config，仅所有者可读。',
        'explain 打印 serve 在相同的参数、环境变量和文件下使用的每个选项及其值和来源。不显示机密信息。',
      ],
      flags: { profile: 'Profile 的名称；默认 default', json: '以 JSON 显示' },
    },
    profile: {
      summary: '列出可以用 --profile 指定的 Profile。',
      details: [
        'Profile 来自 bindery config、~/.ossutilconfig（OSSUTIL_CONFIG_FILE）、~/.aws 和 mc；同名时以先找到的为准。不打印机密信息。',
      ],
      flags: { json: '每个 Profile 一行 JSON' },
    },
    completion: {
      summary: '打印供 shell 补全命令、参数、Bucket 和对象名称的脚本。',
      details: [],
      flags: {},
    },
    run: {
      summary: '在一个进程中运行文件里的命令，可同时运行多条。',
      details: [
        '每行是一条不带 bindery 的命令，引号规则与 shell 相同；# 之后为注释。各行的执行顺序不固定。',
        '失败的行会连同行号报告，其余继续运行；此时退出码为 4。',
      ],
      flags: { jobs: '同时运行的行数，1 到 64，默认 5', json: '每个失败的行一行 JSON，最后是总结' },
    },
    probe: {
      summary: '测量到服务器的每一步：域名、连接、TLS、响应、访问密钥；指定 Bucket 时还测量传输。',
      details: [
        '在第一个失败的步骤结束，退出码为 6。测试中存储的内容会被删除。服务器的设置请用 doctor 检查。',
        ...SERVER_DETAILS,
      ],
      flags: { size: '上传和下载的对象的大小；默认 8MiB' },
    },
    bench: {
      summary: '测量上传和下载的速度，结束后删除所用的对象。',
      details: ['各列为：请求数、每秒请求数、每秒字节数、50% 和 99% 的请求的耗时上限。', ...SERVER_DETAILS],
      flags: { jobs: '同时进行的请求数，1 到 64；默认 8' },
    },
    help: { summary: '显示全部命令或某个命令的帮助。', details: [], flags: { json: '每个命令一行 JSON' } },
    version: { summary: '显示版本。', details: [], flags: { json: '以 JSON 显示' } },
  },
}
