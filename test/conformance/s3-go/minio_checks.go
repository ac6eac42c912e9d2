package main

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// minioChecks are facts that minio-go sees: it requests the region of its bucket, and signs the chunks of bodies.
func minioChecks() []check {
	client := must(minio.New(strings.TrimPrefix(endpoint, "http://"), &minio.Options{
		Creds:           credentials.NewStaticV4(keyID, secret, ""),
		TrailingHeaders: true,
		MaxRetries:      1,
	}))
	bucket := bucketNamed("minio-go")
	put := func(key string, body []byte, options minio.PutObjectOptions) minio.UploadInfo {
		return must(client.PutObject(every, bucket, key, bytes.NewReader(body), int64(len(body)), options))
	}
	get := func(key string) []byte {
		return must(io.ReadAll(must(client.GetObject(every, bucket, key, minio.GetObjectOptions{}))))
	}
	return []check{
		{"a bucket is made and found", func() {
			check0(client.MakeBucket(every, bucket, minio.MakeBucketOptions{}))
			equal(must(client.BucketExists(every, bucket)), true)
		}},
		{"a body in signed chunks is stored as it is, with its metadata", func() {
			done := put("k", []byte("hello s3"), minio.PutObjectOptions{UserMetadata: map[string]string{"Note": "x"}, SendContentMd5: true})
			equal(done.ETag, fmt.Sprintf("%x", md5.Sum([]byte("hello s3"))))
			equal(string(get("k")), "hello s3")
			equal(must(client.StatObject(every, bucket, "k", minio.StatObjectOptions{})).UserMetadata["Note"], "x")
		}},
		{"a trailer that ends in LF alone is verified", func() {
			done := put("trailer", []byte("hello s3"), minio.PutObjectOptions{Checksum: minio.ChecksumCRC32C})
			equal(done.ChecksumCRC32C, "2UrQ/A==")
			equal(string(get("trailer")), "hello s3")
		}},
		{"an upload in parts, with and without a known size, has the same bytes", func() {
			put("parts", data, minio.PutObjectOptions{PartSize: 5 * mib})
			equal(bytes.Equal(get("parts"), data), true)
			must(client.PutObject(every, bucket, "stream", io.MultiReader(bytes.NewReader(data)), -1, minio.PutObjectOptions{PartSize: 5 * mib}))
			equal(bytes.Equal(get("stream"), data), true)
		}},
		{"parts are composed on the server", func() {
			target := minio.CopyDestOptions{Bucket: bucket, Object: "composed"}
			source := minio.CopySrcOptions{Bucket: bucket, Object: "parts"}
			equal(must(client.ComposeObject(every, target, source, source)).Size, int64(2*len(data)))
		}},
		{"odd keys are listed, and deleted by a list", func() {
			for _, key := range oddKeys {
				put("odd/"+key, []byte(key), minio.PutObjectOptions{})
			}
			found := map[string]bool{}
			for object := range client.ListObjects(every, bucket, minio.ListObjectsOptions{Prefix: "odd/", Recursive: true}) {
				check0(object.Err)
				found[strings.TrimPrefix(object.Key, "odd/")] = true
			}
			equal(len(found), len(oddKeys))
			for _, key := range oddKeys {
				equal(found[key], true)
			}
		}},
		{"a presigned URL uploads", func() {
			url := must(client.PresignedPutObject(every, bucket, "presigned", time.Minute))
			request := must(http.NewRequest("PUT", url.String(), strings.NewReader("presigned")))
			equal(must(http.DefaultClient.Do(request)).StatusCode, 200)
			equal(string(get("presigned")), "presigned")
		}},
		{"everything is deleted, and the bucket with it", func() {
			objects := client.ListObjects(every, bucket, minio.ListObjectsOptions{Recursive: true})
			for failed := range client.RemoveObjects(every, bucket, objects, minio.RemoveObjectsOptions{}) {
				check0(failed.Err)
			}
			check0(client.RemoveBucket(every, bucket))
		}},
	}
}
