// size: exempt (a table: one entry per client)
import { doubleQuoted, type Snippet, springQuoted } from './snippet.js'

/** The Maven project of the snippets in Java. */
function mavenProject(artifact: string, version: string): string {
  return `cat > pom.xml <<'END'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>hello</groupId>
  <artifactId>hello</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.source>11</maven.compiler.source>
    <maven.compiler.target>11</maven.compiler.target>
    <exec.mainClass>Hello</exec.mainClass>
  </properties>
  <dependencies>
    <dependency>
      <groupId>${artifact.split(':')[0]}</groupId>
      <artifactId>${artifact.split(':')[1]}</artifactId>
      <version>${version}</version>
    </dependency>
  </dependencies>
</project>
END
mkdir -p src/main/java`
}

const RUN_MAVEN = 'mvn -q compile org.codehaus.mojo:exec-maven-plugin:3.5.0:java'

/** Clients in Go, Java, C#, C++, C, Kotlin and Swift. */
export const COMPILED_LANGUAGES = {
  go: {
    title: 'aliyun-oss-go-sdk, Go',
    needs: 'go',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `cat > go.mod <<'END'
module hello

go 1.21
END
cat > main.go <<'END'
package main

import (
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

func check[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	client := check(oss.New("${endpoint}", "${accessKeyId}", ${secret},
		oss.Region("${region}"), oss.AuthVersion(oss.AuthV4)))
	check(0, client.CreateBucket("${bucket}"))
	bucket := check(client.Bucket("${bucket}"))
	check(0, bucket.PutObject("hello.txt", strings.NewReader("Hello from Bindery")))
	fmt.Println(string(check(io.ReadAll(check(bucket.GetObject("hello.txt"))))))
}
END
go get github.com/aliyun/aliyun-oss-go-sdk@v3.0.2
go run .
`,
  },
  'go-v2': {
    title: 'alibabacloud-oss-go-sdk-v2, Go',
    needs: 'go',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `cat > go.mod <<'END'
module hello

go 1.21
END
cat > main.go <<'END'
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

func check[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	ctx := context.Background()
	client := oss.NewClient(oss.LoadDefaultConfig().
		WithEndpoint("${endpoint}").
		WithRegion("${region}").
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider("${accessKeyId}", ${secret})))
	bucket, key := oss.Ptr("${bucket}"), oss.Ptr("hello.txt")
	check(client.PutBucket(ctx, &oss.PutBucketRequest{Bucket: bucket}))
	check(client.PutObject(ctx, &oss.PutObjectRequest{Bucket: bucket, Key: key, Body: strings.NewReader("Hello from Bindery")}))
	result := check(client.GetObject(ctx, &oss.GetObjectRequest{Bucket: bucket, Key: key}))
	fmt.Println(string(check(io.ReadAll(result.Body))))
}
END
go get github.com/aliyun/alibabacloud-oss-go-sdk-v2@v1.6.1
go run .
`,
  },
  'aws-go': {
    title: 'aws-sdk-go-v2, Go, S3',
    needs: 'go',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `cat > go.mod <<'END'
module hello

go 1.25
END
cat > main.go <<'END'
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func check[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	ctx := context.Background()
	client := s3.New(s3.Options{
		BaseEndpoint: aws.String("${endpoint}"),
		Region:       "${region}",
		Credentials:  credentials.NewStaticCredentialsProvider("${accessKeyId}", ${secret}, ""),
		UsePathStyle: true,
	})
	bucket, key := aws.String("${bucket}"), aws.String("hello.txt")
	check(client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket}))
	check(client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader("Hello from Bindery")}))
	result := check(client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key}))
	fmt.Println(string(check(io.ReadAll(result.Body))))
}
END
go get github.com/aws/aws-sdk-go-v2@v1.48.0 github.com/aws/aws-sdk-go-v2/credentials@v1.21.0 \\
  github.com/aws/aws-sdk-go-v2/service/s3@v1.114.10
go run .
`,
  },
  java: {
    title: 'aliyun-sdk-oss, Java',
    needs: 'java, mvn',
    quote: doubleQuoted,
    script: ({
      endpoint,
      region,
      bucket,
      accessKeyId,
      secret,
    }) => `${mavenProject('com.aliyun.oss:aliyun-sdk-oss', '3.18.2')}
cat > src/main/java/Hello.java <<'END'
import com.aliyun.oss.*;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.comm.SignVersion;
import java.io.ByteArrayInputStream;

public class Hello {
  public static void main(String[] args) throws Exception {
    ClientBuilderConfiguration configuration = new ClientBuilderConfiguration();
    configuration.setSignatureVersion(SignVersion.V4);
    OSS client = OSSClientBuilder.create()
        .endpoint("${endpoint}")
        .region("${region}")
        .credentialsProvider(new DefaultCredentialProvider("${accessKeyId}", ${secret}))
        .clientConfiguration(configuration)
        .build();
    client.createBucket("${bucket}");
    client.putObject("${bucket}", "hello.txt", new ByteArrayInputStream("Hello from Bindery".getBytes()));
    System.out.println(new String(client.getObject("${bucket}", "hello.txt").getObjectContent().readAllBytes()));
    client.shutdown();
  }
}
END
${RUN_MAVEN}
`,
  },
  'java-v2': {
    title: 'alibabacloud-oss-v2, Java',
    needs: 'java, mvn',
    quote: doubleQuoted,
    script: ({
      endpoint,
      region,
      bucket,
      accessKeyId,
      secret,
    }) => `${mavenProject('com.aliyun:alibabacloud-oss-v2', '0.4.0')}
cat > src/main/java/Hello.java <<'END'
import com.aliyun.sdk.service.oss2.OSSClient;
import com.aliyun.sdk.service.oss2.credentials.StaticCredentialsProvider;
import com.aliyun.sdk.service.oss2.models.*;
import com.aliyun.sdk.service.oss2.transport.BinaryData;

public class Hello {
  public static void main(String[] args) throws Exception {
    try (OSSClient client = OSSClient.newBuilder()
        .endpoint("${endpoint}")
        .region("${region}")
        .credentialsProvider(new StaticCredentialsProvider("${accessKeyId}", ${secret}))
        .build()) {
      client.putBucket(PutBucketRequest.newBuilder().bucket("${bucket}").build());
      client.putObject(PutObjectRequest.newBuilder().bucket("${bucket}").key("hello.txt")
          .body(BinaryData.fromString("Hello from Bindery")).build());
      try (GetObjectResult result = client.getObject(
          GetObjectRequest.newBuilder().bucket("${bucket}").key("hello.txt").build())) {
        System.out.println(new String(result.body().readAllBytes()));
      }
    }
  }
}
END
${RUN_MAVEN}
`,
  },
  'aws-java': {
    title: 'AWS SDK for Java 2, S3',
    needs: 'java, mvn',
    quote: doubleQuoted,
    script: ({
      endpoint,
      region,
      bucket,
      accessKeyId,
      secret,
    }) => `${mavenProject('software.amazon.awssdk:s3', '2.57.8')}
cat > src/main/java/Hello.java <<'END'
import java.net.URI;
import software.amazon.awssdk.auth.credentials.*;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

public class Hello {
  public static void main(String[] args) {
    try (S3Client client = S3Client.builder()
        .endpointOverride(URI.create("${endpoint}"))
        .region(Region.of("${region}"))
        .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("${accessKeyId}", ${secret})))
        .forcePathStyle(true)
        .build()) {
      client.createBucket(request -> request.bucket("${bucket}"));
      client.putObject(
          request -> request.bucket("${bucket}").key("hello.txt"), RequestBody.fromString("Hello from Bindery"));
      System.out.println(
          client.getObjectAsBytes(request -> request.bucket("${bucket}").key("hello.txt")).asUtf8String());
    }
  }
}
END
${RUN_MAVEN}
`,
  },
  spring: {
    title: 'Spring Boot with Spring Cloud AWS, Java, S3',
    needs: 'java, mvn',
    quote: springQuoted,
    script: ({
      endpoint,
      region,
      bucket,
      accessKeyId,
      secret,
    }) => `${mavenProject('io.awspring.cloud:spring-cloud-aws-starter-s3', '3.4.0')}
mkdir -p src/main/resources
cat > src/main/resources/application.yaml <<'END'
spring:
  main:
    banner-mode: "off"
  cloud:
    aws:
      endpoint: "${endpoint}"
      region:
        static: "${region}"
      credentials:
        access-key: "${accessKeyId}"
        secret-key: ${secret}
      s3:
        path-style-access-enabled: true
END
cat > src/main/java/Hello.java <<'END'
import static java.nio.charset.StandardCharsets.UTF_8;

import io.awspring.cloud.s3.S3Template;
import java.io.ByteArrayInputStream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

@EnableAutoConfiguration
public class Hello {
  public static void main(String[] args) throws Exception {
    try (var context = SpringApplication.run(Hello.class, args)) {
      S3Template template = context.getBean(S3Template.class);
      template.createBucket("${bucket}");
      template.upload("${bucket}", "hello.txt", new ByteArrayInputStream("Hello from Bindery".getBytes()));
      System.out.println(template.download("${bucket}", "hello.txt").getContentAsString(UTF_8));
    }
  }
}
END
${RUN_MAVEN}
`,
  },
  csharp: {
    title: 'Aliyun.OSS.SDK.NetCore, C#',
    needs: 'dotnet',
    untested: 'noToolchain',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `dotnet new console
dotnet add package Aliyun.OSS.SDK.NetCore
cat > Program.cs <<'END'
using System.Text;
using Aliyun.OSS;
using Aliyun.OSS.Common;

var configuration = new ClientConfiguration { SignatureVersion = SignatureVersion.V4 };
var client = new OssClient("${endpoint}", "${accessKeyId}", ${secret}, configuration);
client.SetRegion("${region}");
client.CreateBucket("${bucket}");
client.PutObject("${bucket}", "hello.txt", new MemoryStream(Encoding.UTF8.GetBytes("Hello from Bindery")));
using var result = client.GetObject("${bucket}", "hello.txt");
Console.WriteLine(new StreamReader(result.Content).ReadToEnd());
END
dotnet run
`,
  },
  cpp: {
    title: 'aliyun-oss-cpp-sdk, C++',
    needs: 'c++, aliyun-oss-cpp-sdk',
    untested: 'noPackage',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `cat > hello.cpp <<'END'
#include <alibabacloud/oss/OssClient.h>
#include <iostream>
#include <sstream>

using namespace AlibabaCloud::OSS;

int main() {
  InitializeSdk();
  ClientConfiguration configuration;
  configuration.signatureVersion = SignatureVersionType::V4;
  configuration.isPathStyle = true;
  {
    OssClient client("${endpoint}", "${accessKeyId}", ${secret}, configuration);
    client.SetRegion("${region}");
    client.CreateBucket(CreateBucketRequest("${bucket}"));
    auto content = std::make_shared<std::stringstream>("Hello from Bindery");
    client.PutObject("${bucket}", "hello.txt", content);
    auto outcome = client.GetObject("${bucket}", "hello.txt");
    if (!outcome.isSuccess()) {
      std::cerr << outcome.error().Code() << ": " << outcome.error().Message() << std::endl;
      return 1;
    }
    std::cout << outcome.result().Content()->rdbuf() << std::endl;
  }
  ShutdownSdk();
}
END
c++ -std=c++11 -fno-rtti hello.cpp -o hello -lalibabacloud-oss-cpp-sdk -lcurl -lcrypto -lpthread
./hello
`,
  },
  c: {
    title: 'aliyun-oss-c-sdk, C',
    needs: 'cc, aliyun-oss-c-sdk',
    untested: 'noPackage',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `cat > hello.c <<'END'
#include "oss_api.h"
#include "aos_http_io.h"
#include <stdio.h>
#include <string.h>

int main(void) {
  aos_pool_t *pool;
  aos_table_t *headers = NULL;
  aos_string_t bucket, key;
  aos_list_t content;
  aos_buf_t *part;

  if (aos_http_io_initialize(NULL, 0) != AOSE_OK) return 1;
  aos_pool_create(&pool, NULL);
  oss_request_options_t *options = oss_request_options_create(pool);
  options->config = oss_config_create(pool);
  aos_str_set(&options->config->endpoint, "${endpoint}"); /* an IP address: the bucket goes into the path */
  aos_str_set(&options->config->access_key_id, "${accessKeyId}");
  aos_str_set(&options->config->access_key_secret, ${secret});
  aos_str_set(&options->config->region, "${region}");
  options->config->signature_version = 4;
  options->config->is_cname = 0;
  options->ctl = aos_http_controller_create(pool, 0);

  aos_str_set(&bucket, "${bucket}");
  aos_str_set(&key, "hello.txt");
  oss_create_bucket(options, &bucket, OSS_ACL_PRIVATE, NULL);
  aos_list_init(&content);
  aos_list_add_tail(&aos_buf_pack(pool, "Hello from Bindery", 18)->node, &content);
  aos_status_t *status = oss_put_object_from_buffer(options, &bucket, &key, &content, headers, NULL);
  if (!aos_status_is_ok(status)) {
    fprintf(stderr, "%s: %s\\n", status->error_code, status->error_msg);
    return 1;
  }
  aos_list_init(&content);
  oss_get_object_to_buffer(options, &bucket, &key, headers, NULL, &content, NULL);
  aos_list_for_each_entry(aos_buf_t, part, &content, node) fwrite(part->pos, 1, aos_buf_size(part), stdout);
  puts("");
  aos_pool_destroy(pool);
  aos_http_io_deinitialize();
  return 0;
}
END
cc hello.c -o hello $(apr-1-config --cflags --includes) -I/usr/local/include/oss_c_sdk -loss_c_sdk -laprutil-1 -lapr-1 -lmxml -lcurl -lpthread
./hello
`,
  },
  android: {
    title: 'oss-android-sdk, Android, Kotlin',
    needs: 'Android Studio',
    needsBucket: true,
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `cat > Hello.kt <<'END'
// build.gradle.kts: implementation("com.aliyun.dpa:oss-android-sdk:2.9.21")
// AndroidManifest.xml: <uses-permission android:name="android.permission.INTERNET" />, and
// android:usesCleartextTraffic="true" for http. An emulator reaches this machine at 10.0.2.2 instead of 127.0.0.1.
import android.content.Context
import com.alibaba.sdk.android.oss.*
import com.alibaba.sdk.android.oss.common.auth.OSSPlainTextAKSKCredentialProvider
import com.alibaba.sdk.android.oss.model.*
import com.alibaba.sdk.android.oss.signer.SignVersion

/** Call it on a background thread. A published app uses temporary keys of STS instead: OSSAuthCredentialsProvider. */
fun hello(context: Context): String {
  val configuration = ClientConfiguration.getDefaultConf()
  configuration.signVersion = SignVersion.V4
  configuration.isPathStyleAccessEnable = true
  val credentials = OSSPlainTextAKSKCredentialProvider("${accessKeyId}", ${secret.replaceAll('$', String.raw`\$`)})
  val client = OSSClient(context, "${endpoint}", credentials, configuration)
  client.setRegion("${region}")
  client.putObject(PutObjectRequest("${bucket}", "hello.txt", "Hello from Bindery".toByteArray()))
  return client.getObject(GetObjectRequest("${bucket}", "hello.txt")).objectContent.reader().readText()
}
END
`,
  },
  ios: {
    title: 'AliyunOSSiOS, iOS, Swift',
    needs: 'Xcode, CocoaPods',
    untested: 'noToolchain',
    needsBucket: true,
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `cat > Hello.swift <<'END'
// Podfile: pod 'AliyunOSSiOS'
// Info.plist: NSAppTransportSecurity, NSAllowsLocalNetworking = YES, for http.
import AliyunOSSiOS

// A published app uses temporary keys of STS instead: OSSAuthCredentialProvider.
func hello() {
  let configuration = OSSClientConfiguration()
  configuration.signVersion = .V4
  configuration.isPathStyleAccessEnable = true
  let credentials = OSSPlainTextAKSKPairCredentialProvider(plainTextAccessKey: "${accessKeyId}", secretKey: ${secret})
  let client = OSSClient(endpoint: "${endpoint}", credentialProvider: credentials, clientConfiguration: configuration)
  client.region = "${region}"

  let put = OSSPutObjectRequest()
  put.bucketName = "${bucket}"
  put.objectKey = "hello.txt"
  put.uploadingData = Data("Hello from Bindery".utf8)
  client.putObject(put).continue({ task in
    print(task.error?.localizedDescription ?? "stored")
    return nil
  })
}
END
`,
  },
} as const satisfies Record<string, Snippet>
