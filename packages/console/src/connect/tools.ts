import { hclQuoted, type Snippet, shellQuoted } from './snippet.js'

/** Clients that are programs. */
export const TOOLS = {
  ossutil: {
    title: 'ossutil 1',
    needs: 'ossutil 1.7.12 or newer',
    quote: shellQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `cat > hello.ossutilconfig <<END
[Credentials]
endpoint=${endpoint}
accessKeyID=${accessKeyId}
accessKeySecret=$(printf %s ${secret})
END
oss() { ossutil -c hello.ossutilconfig --sign-version v4 --region ${region} "$@"; }
oss mb oss://${bucket}
echo 'Hello from Bindery' > hello.txt
oss cp -f hello.txt oss://${bucket}/hello.txt
oss cat oss://${bucket}/hello.txt
`,
  },
  'ossutil-v2': {
    title: 'ossutil 2',
    needs: 'ossutil 2',
    untested: 'noPackage',
    quote: shellQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `export OSS_ENDPOINT=${endpoint}
export OSS_REGION=${region}
export OSS_ACCESS_KEY_ID=${accessKeyId}
export OSS_ACCESS_KEY_SECRET=${secret}
oss() { ossutil "$@" --addressing-style path; }
oss mb oss://${bucket}
echo 'Hello from Bindery' > hello.txt
oss cp -f hello.txt oss://${bucket}/hello.txt
oss cat oss://${bucket}/hello.txt
`,
  },
  curl: {
    title: 'curl, with presigned URLs',
    needs: 'curl',
    needsBucket: true,
    quote: shellQuoted,
    script: ({
      presign,
    }) => `curl --fail --silent --show-error -X PUT --data-binary 'Hello from Bindery' -H 'Content-Type:' \\
  '${presign('PUT')}'
curl --fail --silent --show-error '${presign('GET')}'
`,
  },
  rclone: {
    title: 'rclone, S3',
    needs: 'rclone',
    quote: shellQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `export RCLONE_CONFIG_BINDERY_TYPE=s3
export RCLONE_CONFIG_BINDERY_PROVIDER=Other
export RCLONE_CONFIG_BINDERY_ENDPOINT=${endpoint}
export RCLONE_CONFIG_BINDERY_REGION=${region}
export RCLONE_CONFIG_BINDERY_ACCESS_KEY_ID=${accessKeyId}
export RCLONE_CONFIG_BINDERY_SECRET_ACCESS_KEY=${secret}
rclone mkdir bindery:${bucket}
echo 'Hello from Bindery' > hello.txt
rclone copy hello.txt bindery:${bucket}
rclone cat bindery:${bucket}/hello.txt
`,
  },
  aws: {
    title: 'aws cli, S3',
    needs: 'aws',
    quote: shellQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `export AWS_ACCESS_KEY_ID=${accessKeyId}
export AWS_SECRET_ACCESS_KEY=${secret}
export AWS_DEFAULT_REGION=${region}
oss() { aws --endpoint-url ${endpoint} "$@"; }
oss s3 mb s3://${bucket}
echo 'Hello from Bindery' > hello.txt
oss s3 cp hello.txt s3://${bucket}/hello.txt
oss s3 cp s3://${bucket}/hello.txt -
`,
  },
  restic: {
    title: 'restic, backups, S3',
    needs: 'restic',
    needsBucket: true,
    quote: shellQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `export AWS_ACCESS_KEY_ID=${accessKeyId}
export AWS_SECRET_ACCESS_KEY=${secret}
export AWS_DEFAULT_REGION=${region}
export RESTIC_REPOSITORY=s3:${endpoint}/${bucket}
export RESTIC_PASSWORD=hello # keep yours: without it, the backups cannot be read
restic init
echo 'Hello from Bindery' > hello.txt
restic backup hello.txt
restic dump latest /hello.txt
`,
  },
  terraform: {
    title: 'Terraform, state in a bucket',
    needs: 'terraform',
    needsBucket: true,
    quote: hclQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `cat > main.tf <<'END'
terraform {
  backend "oss" {
    endpoint   = "${endpoint}"
    region     = "${region}"
    bucket     = "${bucket}"
    key        = "hello.tfstate"
    access_key = "${accessKeyId}"
    secret_key = ${secret}
  }
}

output "hello" {
  value = "Hello from Bindery"
}
END
terraform init -input=false
terraform apply -auto-approve
terraform output -raw hello
`,
  },
} as const satisfies Record<string, Snippet>
